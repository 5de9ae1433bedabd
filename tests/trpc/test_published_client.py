"""The published client of tRPC 11 works unchanged: one call at a time and in batches, by GET and by POST."""

import itertools
from typing import Any

import pytest

from tests.trpc.conftest import Client

every_way = pytest.mark.parametrize(
    "way",
    [
        {"batch": batch, "post": post, "encodedTwice": twice}
        for batch, post, twice in itertools.product([False, True], repeat=3)
    ],
    ids=lambda way: " ".join(name for name, chosen in way.items() if chosen) or "plain",
)


@every_way
def test_the_list_is_read_however_it_is_asked_for(client: Client, way: dict[str, bool]) -> None:
    spoken = client.calls(("activity.list", {"limit": 2}), ("activity.list", {"typeFilter": "credits"}), **way)

    first, credits = (result["data"] for result in spoken.results)
    assert len(first["items"]) == 2
    assert {item["source"]["sourceType"] for item in credits["items"]} == {"credit_transaction"}
    assert {each["method"] for each in spoken.requests} == {"POST" if way["post"] else "GET"}
    assert {each["status"] for each in spoken.requests} == {200}
    assert len(spoken.requests) == (1 if way["batch"] else 2)


@every_way
def test_a_cursor_that_is_echoed_leads_through_the_whole_list(client: Client, way: dict[str, bool]) -> None:
    whole = client.calls(("activity.list", {}), **way).results[0]["data"]

    walked: list[dict[str, Any]] = []
    cursor: dict[str, Any] | None = None
    while not walked or cursor:
        page = client.calls(("activity.list", {"limit": 5, "cursor": cursor}), **way).results[0]["data"]
        walked += page["items"]
        cursor = page["nextCursor"]
        assert cursor is None or {"occurredAt", "sourceType", "sourceId", "asOf"} <= cursor.keys()

    assert walked == whole["items"]
    assert len(walked) == 13
    assert whole["nextCursor"] is None


def test_a_call_without_input_has_the_defaults(client: Client) -> None:
    for way in ({"batch": True}, {"batch": False}, {"post": True}, {"batch": True, "post": True}):
        assert len(client.calls(("activity.list", None), **way).results[0]["data"]["items"]) == 13


@pytest.mark.parametrize("batch", [False, True])
def test_errors_reach_the_client_as_its_own(client: Client, batch: bool) -> None:
    spoken = client.calls(
        ("activity.list", {"limit": 1}), ("activity.nothing", {}), ("activity.list", {"limit": 0}), batch=batch
    )

    fine, unknown, bad = spoken.results
    assert fine["data"]["items"]
    assert unknown["error"]["shape"]["code"] == -32004
    assert unknown["error"]["data"] == {"code": "NOT_FOUND", "httpStatus": 404, "path": "activity.nothing"}
    assert bad["error"]["shape"]["code"] == -32600
    assert bad["error"]["data"] == {"code": "BAD_REQUEST", "httpStatus": 400, "path": "activity.list"}
    assert "limit" in bad["error"]["message"]
    assert {each["status"] for each in spoken.requests} == ({207} if batch else {200, 404, 400})


@every_way
def test_without_a_token_every_call_is_unauthorized(client: Client, way: dict[str, bool]) -> None:
    spoken = client.calls(("activity.list", {}), ("activity.list", {}), token="", **way)

    for result in spoken.results:
        assert result["error"]["shape"]["code"] == -32001
        assert result["error"]["data"] == {"code": "UNAUTHORIZED", "httpStatus": 401, "path": "activity.list"}
    assert {each["status"] for each in spoken.requests} == {401}
