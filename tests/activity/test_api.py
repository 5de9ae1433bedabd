"""The timeline in the JSON API."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.accounts.scopes import Scope
from apps.activity.timeline import Timeline
from apps.generations import operations, production
from tests.conftest import Program, SignedIn, but_for_its_id
from tests.factories import CharacterFactory, issued, on_plan, wish

pytestmark = pytest.mark.django_db

ITEM = {
    "id", "occurredAt", "type", "title", "description", "characterId", "characterName", "generationJobId",
    "creditTransactionId", "creditsDelta", "balanceAfter", "source", "status", "quality", "aspectRatio", "imageCount",
}  # fmt: skip


@pytest.fixture
def program(owner: User) -> Program:
    """A program of the owner's that may read activity."""
    return Program(issued(owner, Scope.ACTIVITY_READ).secret)


@pytest.fixture
def history(owner: User) -> None:
    """Six jobs, two of them finished, with their charges and the plan's grant: thirteen items."""
    on_plan(owner)
    for number in range(6):
        job = operations.request(user=owner, wish=wish())
        if number % 3 == 0:
            production.produce(job.pk, attempt=1)


def test_the_list_is_the_timeline(owner: User, program: Program, history: None) -> None:
    answer = program.get("/api/v1/activity").json()

    expected = [item.as_json() for item in Timeline(user_id=owner.pk, now=timezone.now()).page().items]
    assert answer == {"items": expected, "nextCursor": None}
    assert len(expected) == 13
    assert answer["items"][0].keys() == ITEM


def test_times_are_utc_with_microseconds(program: Program, history: None) -> None:
    for item in program.get("/api/v1/activity").json()["items"]:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", item["occurredAt"])


def test_each_filter_narrows_the_list(owner: User, program: Program, history: None) -> None:
    luna = CharacterFactory.create(user=owner)
    operations.request(user=owner, wish=wish(character=luna))

    def kinds(**query: Any) -> set[str]:
        return {item["type"] for item in program.get("/api/v1/activity", query).json()["items"]}

    assert kinds(typeFilter="credits") == {"credits_consumed", "credits_refreshed"}
    assert kinds(typeFilter="generation") == {"generation_started", "generation_completed"}
    assert kinds(status="completed") == {"generation_completed"}
    assert kinds(character=luna.pk) == {"generation_started", "credits_consumed"}
    assert kinds(q="quiet beach") == kinds(typeFilter="generation")
    assert kinds(q="mountain") == set()
    assert kinds(dateRange="last_7_days") == kinds()
    assert kinds(to=timezone.now().date() - timedelta(days=1)) == set()
    assert kinds(**{"from": timezone.now().date() - timedelta(days=1)}) == kinds()


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("limit", "0"), ("limit", "101"), ("limit", "ten"), ("limit", ""), ("limit", "9" * 5000),
        ("dateRange", "last_week"),
        ("typeFilter", "images"), ("status", "done"), ("character", "luna"), ("character", str(UUID(int=7))),
        ("from", "yesterday"), ("from", "1999-12-31"), ("to", "2100-01-02"), ("to", "\x00"), ("to", "946684800"),
        ("q", "!"), ("q", "\x00"), ("q", "a" * 201),
        ("cursor", ""), ("cursor", "abc"), ("cursor", "../.."), ("cursor", "x" * 3001), ("daterange", "all_time"),
    ],
)  # fmt: skip
def test_a_value_that_is_not_understood_is_named(program: Program, parameter: str, value: str) -> None:
    answer = program.get("/api/v1/activity", {parameter: value})

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


def test_a_period_that_ends_before_it_begins_is_refused(program: Program) -> None:
    answer = program.get("/api/v1/activity", {"from": "2026-02-02", "to": "2026-02-01"})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == "to"


def test_a_cursor_of_other_filters_or_of_another_list_is_refused(program: Program, history: None, owner: User) -> None:
    cursor = program.get("/api/v1/activity", {"limit": 1}).json()["nextCursor"]
    ledger = Program(issued(owner).secret).get("/api/v1/credits/transactions", {"limit": 1}).json()["nextCursor"]

    for query in ({"cursor": cursor, "typeFilter": "credits"}, {"cursor": ledger}, {"cursor": cursor[:-9]}):
        answer = program.get("/api/v1/activity", query)

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["parameter"] == "cursor"


def test_a_cursor_of_someone_else_shows_nothing_of_theirs(stranger: User, program: Program, history: None) -> None:
    cursor = program.get("/api/v1/activity", {"limit": 1}).json()["nextCursor"]

    answer = Program(issued(stranger).secret).get("/api/v1/activity", {"cursor": cursor})

    assert answer.json() == {"items": [], "nextCursor": None}


def test_a_character_of_someone_else_is_as_unknown_as_one_that_does_not_exist(stranger: User, program: Program) -> None:
    theirs = CharacterFactory.create(user=stranger)

    answer, missing = (program.get("/api/v1/activity", {"character": str(id_)}) for id_ in (theirs.pk, uuid4()))

    assert answer.status_code == 400
    assert answer.content == missing.content


def test_one_item_is_as_it_is_in_the_list(program: Program, history: None) -> None:
    for item in program.get("/api/v1/activity").json()["items"]:
        source = item["source"]
        answer = program.get(f"/api/v1/activity/{source['sourceType']}/{source['sourceId']}")
        assert answer.json() == item


def test_a_strangers_item_answers_like_one_that_does_not_exist(
    owner: User, stranger: User, history: None, browser_of: type[SignedIn]
) -> None:
    program = Program(issued(stranger).secret)
    for item in Timeline(user_id=owner.pk, now=timezone.now()).walk():
        theirs = program.get(f"/api/v1/activity/{item.source_type}/{item.id}")
        missing = program.get(f"/api/v1/activity/{item.source_type}/{uuid4()}")

        assert theirs.status_code == missing.status_code == 404
        assert theirs.content == missing.content
        assert but_for_its_id(theirs) == but_for_its_id(missing)


@pytest.mark.parametrize("path", ["generation_job/7", "credits/" + str(UUID(int=7)), "generation_job/" + "9" * 5000])
def test_what_can_not_be_an_item_is_not_there(program: Program, path: str) -> None:
    assert program.get(f"/api/v1/activity/{path}").status_code == 404


def test_a_page_takes_two_queries_with_a_token_and_three_with_a_session(
    owner: User,
    program: Program,
    history: None,
    browser_of: type[SignedIn],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    program.get("/api/v1/activity")  # notes the token's use, which the next within a minute doesn't
    browser = browser_of(owner)

    with django_assert_num_queries(2):
        program.get("/api/v1/activity")
    with django_assert_num_queries(3):
        browser.get("/api/v1/activity")
