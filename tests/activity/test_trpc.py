"""The timeline as a procedure of tRPC."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.accounts.scopes import Scope
from apps.generations import operations
from tests.conftest import Program, SignedIn
from tests.factories import CharacterFactory, issued, on_plan, wish

pytestmark = pytest.mark.django_db

URL = "/trpc/activity.list"


@pytest.fixture
def program(owner: User) -> Program:
    """A program of the owner's, who has asked for one image."""
    operations.request(user=on_plan(owner), wish=wish())
    return Program(issued(owner, Scope.ACTIVITY_READ).secret)


def _ask(client: Client, **asked: Any) -> Any:
    return client.get(URL, {"input": json.dumps(asked)}).json()


def test_it_gives_the_same_items_as_the_api(program: Program) -> None:
    assert _ask(program)["result"]["data"] == program.get("/api/v1/activity").json()


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": 0}, {"limit": 101}, {"limit": "x"}, {"dateRange": "ever"}, {"typeFilter": 1}, {"status": "done"},
        {"from": "soon"}, {"from": 0}, {"from": "2026-02-02", "to": "2026-02-01"}, {"character": str(uuid4())},
        {"q": "!"}, {"q": "\x00"}, {"q": "a\ud800"}, {"q": "a" * 201}, {"cursor": "abc"}, {"cursor": {}},
        {"direction": "backward"}, {"daterange": "all_time"},
    ],
)  # fmt: skip
def test_an_input_that_is_not_understood_is_a_bad_request(program: Program, asked: dict[str, Any]) -> None:
    error = _ask(program, **asked)["error"]

    assert error["data"] == {"code": "BAD_REQUEST", "httpStatus": 400, "path": "activity.list"}
    assert list(asked)[-1] in error["message"]


@pytest.mark.parametrize(
    "change",
    [
        {"occurredAt": "soon"}, {"occurredAt": "2026-01-01T00:00:00"}, {"sourceType": "order"}, {"sourceId": "7"},
        {"asOf": ""}, {"walk": "abc"}, {"walk": ""}, {"walk": "e30"},
    ],
)  # fmt: skip
def test_a_cursor_that_was_tampered_with_is_a_bad_request(program: Program, change: dict[str, str]) -> None:
    cursor = _ask(program, limit=1)["result"]["data"]["nextCursor"]

    assert _ask(program, cursor=cursor)["result"]
    assert _ask(program, cursor=cursor | change)["error"]["data"]["code"] == "BAD_REQUEST"


def test_a_cursor_of_other_filters_is_a_bad_request(program: Program) -> None:
    cursor = _ask(program, limit=1)["result"]["data"]["nextCursor"]

    assert "cursor" in _ask(program, cursor=cursor, typeFilter="credits")["error"]["message"]


def test_what_infinite_queries_add_is_accepted(program: Program) -> None:
    assert _ask(program, direction="forward", cursor=None, limit=1)["result"]


def test_a_strangers_character_is_as_unknown_as_one_that_does_not_exist(stranger: User, program: Program) -> None:
    theirs = CharacterFactory.create(user=stranger)

    assert _ask(program, character=str(theirs.pk)) == _ask(program, character=str(uuid4()))


def test_a_token_without_the_scope_is_unauthorized(owner: User) -> None:
    program = Program(issued(owner, Scope.CREDITS_READ).secret)

    assert _ask(program)["error"]["data"]["code"] == "UNAUTHORIZED"


def test_a_bad_token_is_unauthorized_even_from_a_browser_that_is_signed_in(
    owner: User, browser_of: type[SignedIn]
) -> None:
    answer = browser_of(owner).get(URL, headers={"authorization": "Bearer act_x"})

    assert answer.json()["error"]["data"]["code"] == "UNAUTHORIZED"


def test_a_session_calls_by_post_only_with_the_sites_own_token(owner: User, browser_of: type[SignedIn]) -> None:
    browser = browser_of(owner)
    browser.handler.enforce_csrf_checks = True
    browser.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32

    forged = browser.post(URL, {}, "application/json")
    own = browser.post(URL, {}, "application/json", headers={"x-csrftoken": "a" * 32})

    assert forged.json()["error"]["data"]["code"] == "FORBIDDEN"
    assert own.status_code == 200


def test_a_batch_of_pages_takes_a_query_each_and_one_for_the_caller(
    program: Program, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    program.get(URL)

    with django_assert_num_queries(1 + 3):
        program.get("/trpc/activity.list,activity.list,activity.list?batch=1")
