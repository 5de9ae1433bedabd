"""The protocol of tRPC: shapes, statuses and limits, with procedures made up for it."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pydantic import BaseModel

from apps.common.keyset import BadCursor
from apps.common.problem import Problem
from apps.common.trpc import MOST_BODY_BYTES, MOST_CALLS, Code, Endpoint, Fault, Procedure


class Wish(BaseModel):
    text: str = "nothing"


def _run(caller: str, wish: Wish) -> Any:
    match wish.text:
        case "problem":
            raise Problem.of_parameter("text", "Not this.")
        case "gone":
            raise Problem(404)
        case "cursor":
            raise BadCursor
        case "crash":
            raise RuntimeError("a secret")
    return {"caller": caller, "text": wish.text}


def _identify(request: HttpRequest) -> str:
    if not request.headers.get("x-caller"):
        raise Fault(Code.UNAUTHORIZED, "Who is it?")
    return request.headers["x-caller"]


def _permit(caller: str, scope: str) -> None:
    if scope == "never":
        raise Fault(Code.FORBIDDEN, "Not for you.")


ENDPOINT = Endpoint(
    [
        Procedure(name="say", scope="always", input=Wish, run=_run),
        Procedure(name="no.way", scope="never", input=Wish, run=_run),
    ],
    identify=_identify,
    permit=_permit,
)
KNOWN = {"x-caller": "me"}


def _get(names: str, headers: dict[str, str] = KNOWN, **query: str) -> HttpResponse:
    return ENDPOINT.answer(RequestFactory().get(f"/trpc/{names}?{urlencode(query)}", headers=headers), names)


def _post(names: str, body: str, query: str = "", content_type: str = "application/json") -> HttpResponse:
    request = RequestFactory().post(f"/trpc/{names}{query}", body, content_type, headers=KNOWN)
    return ENDPOINT.answer(request, names)


def _json(answer: HttpResponse) -> Any:
    assert answer["Content-Type"] == "application/json"
    return json.loads(answer.content)


def test_a_single_call_answers_with_its_result() -> None:
    answer = _get("say", input='{"text":"hello"}')

    assert answer.status_code == 200
    assert _json(answer) == {"result": {"data": {"caller": "me", "text": "hello"}}}


def test_a_batch_answers_in_the_order_of_its_calls() -> None:
    answer = _get("say,say,say", batch="1", input='{"0":{"text":"a"},"2":{"text":"c"}}')

    assert answer.status_code == 200
    assert [each["result"]["data"]["text"] for each in _json(answer)] == ["a", "nothing", "c"]


def test_calls_by_post_carry_their_input_in_the_body() -> None:
    assert _json(_post("say", '{"text":"a"}'))["result"]["data"]["text"] == "a"
    assert _json(_post("say", '{"0":{"text":"a"}}', "?batch=1"))[0]["result"]["data"]["text"] == "a"


@pytest.mark.parametrize("sent", [None, "", "null", "{}", '"{}"', '"null"'])
def test_no_input_is_an_empty_one(sent: str | None) -> None:
    answer = _get("say") if sent is None else _get("say", input=sent)

    assert _json(answer)["result"]["data"]["text"] == "nothing"


def test_an_input_may_be_encoded_twice() -> None:
    twice = json.dumps(json.dumps({"text": "a"}))

    assert _json(_get("say", input=twice))["result"]["data"]["text"] == "a"
    assert _json(_get("say", batch="1", input=f'{{"0":{twice}}}'))[0]["result"]["data"]["text"] == "a"


@pytest.mark.parametrize(
    ("name", "text", "code", "number", "status"),
    [
        ("nothing", "", "NOT_FOUND", -32004, 404),
        ("", "", "NOT_FOUND", -32004, 404),
        ("say,say", "", "NOT_FOUND", -32004, 404),  # only a batch is split
        ("no.way", "", "FORBIDDEN", -32003, 403),
        ("say", "problem", "BAD_REQUEST", -32600, 400),
        ("say", "gone", "NOT_FOUND", -32004, 404),
        ("say", "cursor", "BAD_REQUEST", -32600, 400),
        ("say", "crash", "INTERNAL_SERVER_ERROR", -32603, 500),
    ],
)
def test_an_error_has_its_code_status_and_path(name: str, text: str, code: str, number: int, status: int) -> None:
    answer = _get(name, input=json.dumps({"text": text}))

    error = _json(answer)["error"]
    assert answer.status_code == status
    assert error["code"] == number
    assert error["data"] == {"code": code, "httpStatus": status, "path": name}
    assert "secret" not in error["message"]


@pytest.mark.parametrize("sent", ["{", "[]", '"x"', "7", '{"text":7}', "[" * 60_000, "NaN"])
@pytest.mark.parametrize("way", ["get", "post", "batch"])
def test_an_input_that_is_not_right_is_a_bad_request(sent: str, way: str) -> None:
    match way:
        case "get":
            error = _json(_get("say", input=sent))["error"]
        case "post":
            error = _json(_post("say", sent))["error"]
        case _:
            error = _json(_post("say", f'{{"0":{sent}}}', "?batch=1"))[0]["error"]

    assert error["data"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize("sent", ["[]", '"x"', "7"])
def test_a_batch_whose_input_is_no_object_is_a_bad_request(sent: str) -> None:
    assert _json(_get("say", batch="1", input=sent))[0]["error"]["data"]["code"] == "BAD_REQUEST"


def test_a_batch_of_mixed_outcomes_is_multi_status() -> None:
    answer = _get("say,nothing", batch="1")

    assert answer.status_code == 207
    fine, wrong = _json(answer)
    assert fine["result"]
    assert wrong["error"]["data"]["path"] == "nothing"


def test_a_batch_that_fails_alike_has_the_status_of_its_errors() -> None:
    assert _get("nothing,either", batch="1").status_code == 404


def test_one_call_that_crashes_does_not_end_the_others() -> None:
    crashed, fine = _json(_get("say,say", batch="1", input='{"0":{"text":"crash"}}'))

    assert crashed["error"]["code"] == -32603
    assert fine["result"]


def test_nobody_learns_about_an_input_before_saying_who_asks() -> None:
    answer = _get("say,nothing", headers={}, batch="1", input="{")

    assert [each["error"]["data"]["code"] for each in _json(answer)] == ["UNAUTHORIZED", "NOT_FOUND"]


def test_a_batch_has_a_limit() -> None:
    assert _get(",".join(["say"] * MOST_CALLS), batch="1").status_code == 200

    answer = _get(",".join(["say"] * (MOST_CALLS + 1)), batch="1")

    assert answer.status_code == 400
    assert _json(answer)["error"]["data"] == {"code": "BAD_REQUEST", "httpStatus": 400}


def test_a_body_has_a_limit() -> None:
    answer = _post("say", json.dumps({"text": "x" * MOST_BODY_BYTES}))

    assert answer.status_code == 413
    assert _json(answer)["error"]["code"] == -32013


def test_a_body_of_another_kind_is_refused() -> None:
    assert _json(_post("say", "text=a", content_type="application/x-www-form-urlencoded"))["error"]["code"] == -32015


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(method: str) -> None:
    answer = ENDPOINT.answer(RequestFactory().generic(method, "/trpc/say"), "say")

    assert answer.status_code == 405
    assert _json(answer)["error"]["data"]["code"] == "METHOD_NOT_SUPPORTED"


def test_a_client_may_look_whether_anyone_is_there() -> None:
    assert ENDPOINT.answer(RequestFactory().head("/trpc/say"), "say").status_code == 204
