"""Generations read in the JSON API: the list, one of them, its images."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.accounts.scopes import Scope
from apps.common.schemas import utc_text
from apps.generations import operations
from apps.generations.models import GenerationJob
from apps.generations.operations import Failure
from apps.generations.schemas import AskedStatus
from tests.conftest import Program, SignedIn, but_for_its_id
from tests.factories import CharacterFactory, issued, on_plan, wish
from tests.generations.past import failed, made, pruned, sent, stored

pytestmark = pytest.mark.django_db

URL = "/api/v1/generations"


@pytest.fixture
def program(owner: User) -> Program:
    """A program of the owner's, who is on a plan with 50 credits, that may read and ask for generations."""
    on_plan(owner)
    return Program(issued(owner, Scope.GENERATIONS_READ, Scope.GENERATIONS_WRITE).secret)


def test_an_image_is_fetched_with_the_token_that_may_read_it(owner: User, program: Program) -> None:
    job = made(owner, image_count=2)

    told = program.get(f"{URL}/{job.pk}").json()

    assert [image["position"] for image in told["images"]] == [1, 2]
    first = told["images"][0]
    picture = program.get(first["url"])
    assert (picture.status_code, picture["Content-Type"]) == (200, first["mediaType"])
    assert sent(picture) == stored(job)
    thumbnail = program.get(first["thumbnailUrl"])
    assert thumbnail["Content-Type"] == "image/webp"
    assert 0 < len(sent(thumbnail)) < len(sent(program.get(first["url"])))
    assert told["metadata"]["processingTimeMs"] >= 0
    assert told["metadata"]["parameters"]["aspectRatio"] == "1:1"


def test_a_session_fetches_it_too(owner: User, program: Program, browser_of: type[SignedIn]) -> None:
    job = made(owner)

    assert sent(browser_of(owner).get(f"{URL}/{job.pk}/images/1")) == stored(job)


def test_an_image_that_is_no_longer_kept_is_gone_and_its_place_says_so(owner: User, program: Program) -> None:
    job = pruned(owner)

    told = program.get(f"{URL}/{job.pk}").json()
    answer = program.get(f"{URL}/{job.pk}/images/1")

    assert told["prunedAt"]
    assert [(image["url"], image["thumbnailUrl"]) for image in told["images"]] == [(None, None)]
    assert (answer.status_code, answer["Content-Type"]) == (410, "application/problem+json")
    assert answer.json()["type"] == "/api/v1/docs#problem-image-gone"


@pytest.mark.parametrize("position", ["0", "2", "-1", "x", "9" * 30])
def test_an_image_that_never_was_is_not_there(owner: User, program: Program, position: str) -> None:
    job = made(owner)

    assert program.get(f"{URL}/{job.pk}/images/{position}").status_code == 404


def test_the_list_is_newest_first_and_each_filter_narrows_it(owner: User, program: Program) -> None:
    luna = CharacterFactory.create(user=owner)
    jobs = [made(owner), failed(owner), operations.request(user=owner, wish=wish(character=luna))]
    ids = [str(job.pk) for job in jobs]
    second = GenerationJob.objects.get(pk=jobs[1].pk).created_at

    def listed(**query: Any) -> list[str]:
        return [item["id"] for item in program.get(URL, query).json()["items"]]

    assert listed() == ids[::-1]
    assert listed(status="completed") == ids[:1]
    assert listed(status="failed") == ids[1:2]
    assert listed(character=luna.pk) == ids[2:]
    assert listed(since=utc_text(second)) == ids[:0:-1]
    assert listed(since=(second + timedelta(days=1)).isoformat()) == []


def test_an_item_of_the_list_is_the_generation(owner: User, program: Program) -> None:
    for job in (made(owner, image_count=2), failed(owner), pruned(owner)):
        operations.request(user=owner, wish=wish())
        items = {item["id"]: item for item in program.get(URL).json()["items"]}
        assert items[str(job.pk)] == program.get(f"{URL}/{job.pk}").json()


def test_a_walk_meets_each_generation_once_though_they_end_and_come_meanwhile(owner: User, program: Program) -> None:
    jobs = [operations.request(user=owner, wish=wish()) for _ in range(7)]
    walked: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while "cursor" not in query or query["cursor"]:
        page = program.get(URL, query).json()
        walked += [item["id"] for item in page["items"]]
        query["cursor"] = page["nextCursor"]
        operations.settle(
            job_id=jobs[len(walked) - 7].pk, user_id=owner.pk, outcome=Failure(error="It broke.", code="broke")
        )
        operations.request(user=owner, wish=wish())

    assert walked == [str(job.pk) for job in reversed(jobs)]


MOVES = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["taken up", "ended", "asked for"])), max_size=12)


def move(owner: User, jobs: list[GenerationJob], which: int, how: str) -> None:
    """One of the generations is taken up or ends, where it can, or another one is asked for."""
    if how == "asked for":
        operations.request(user=owner, wish=wish())
    elif how == "taken up":
        operations.claim(jobs[which % len(jobs)].pk, attempt=1)
    else:
        job = jobs[which % len(jobs)]
        operations.settle(job_id=job.pk, user_id=owner.pk, outcome=Failure(error="It broke.", code="broke"))


def in_state(status: str) -> set[str]:
    within = ["queued", "processing"] if status == "pending" else [status]
    return {str(pk) for pk in GenerationJob.objects.filter(status__in=within).values_list("pk", flat=True)}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(status=st.sampled_from(AskedStatus), taken_up=st.integers(0, 6), moves=MOVES)
def test_a_walk_of_a_state_meets_once_what_stays_in_it(
    owner: User, program: Program, status: str, taken_up: int, moves: list[tuple[int, str]]
) -> None:
    with transaction.atomic():
        jobs = [operations.request(user=owner, wish=wish()) for _ in range(6)]
        for job in jobs[:taken_up]:
            operations.claim(job.pk, attempt=1)
        always, ever, walked = in_state(status), in_state(status), []
        query: dict[str, Any] = {"limit": 1, "status": str(status)}
        while "cursor" not in query or query["cursor"]:
            page = program.get(URL, query).json()
            assert {item["id"] for item in page["items"]} <= in_state(status)
            walked += [item["id"] for item in page["items"]]
            query["cursor"] = page["nextCursor"]
            if moves:
                move(owner, jobs, *moves.pop())
            always, ever = always & in_state(status), ever | in_state(status)
        transaction.set_rollback(True)

    assert len(walked) == len(set(walked))
    assert always <= set(walked) <= ever


def test_a_generation_that_is_taken_up_is_met_by_a_walk_of_those_pending(owner: User, program: Program) -> None:
    jobs = [operations.request(user=owner, wish=wish()) for _ in range(3)]
    first = program.get(f"{URL}?status=pending&limit=1").json()
    operations.claim(jobs[0].pk, attempt=1)

    rest = program.get(f"{URL}?status=pending&cursor={first['nextCursor']}").json()

    met = [item["id"] for page in (first, rest) for item in page["items"]]
    assert met == [str(job.pk) for job in reversed(jobs)]
    assert {item["status"] for item in rest["items"]} == {"queued", "processing"}


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("limit", "0"), ("limit", "101"), ("limit", "ten"), ("status", "done"), ("character", "luna"),
        ("character", str(UUID(int=7))), ("since", "yesterday"), ("since", "0"), ("since", "2026-11-21"),
        ("since", "2026-11-21T14:00:00"), ("since", "0001-01-01T00:00:00Z"), ("since", "2026-02-30T00:00:00Z"),
        ("cursor", ""), ("cursor", "abc"), ("cursor", "x" * 3001), ("page", "2"),
    ],
)  # fmt: skip
def test_a_value_that_is_not_understood_is_named(program: Program, parameter: str, value: str) -> None:
    answer = program.get(URL, {parameter: value})

    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


def test_a_cursor_of_other_filters_is_refused(owner: User, program: Program) -> None:
    failed(owner), failed(owner)
    cursor = program.get(URL, {"limit": 1}).json()["nextCursor"]

    assert program.get(URL, {"limit": 1, "cursor": cursor}).status_code == 200
    assert program.get(URL, {"limit": 1, "cursor": cursor, "status": "failed"}).status_code == 400


@pytest.mark.parametrize(("method", "part"), [("get", ""), ("post", "/retry"), ("get", "/images/1"),
                                              ("get", "/images/1/thumbnail")])  # fmt: skip
def test_a_strangers_generation_answers_like_one_that_does_not_exist(
    owner: User, stranger: User, method: str, part: str
) -> None:
    job = made(on_plan(owner))
    program = Program(issued(stranger).secret)

    theirs, missing = (getattr(program, method)(f"{URL}/{id_}{part}") for id_ in (job.pk, uuid4()))

    assert theirs.status_code == missing.status_code == 404
    assert theirs.content == missing.content
    assert but_for_its_id(theirs) == but_for_its_id(missing)


def test_a_page_takes_five_queries_however_much_is_on_it(
    owner: User, program: Program, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made(owner)
    program.get(URL)
    for _ in range(4):
        made(owner, image_count=2, character=CharacterFactory.create(user=owner))
        job = operations.retry(job=failed(owner))

    with django_assert_num_queries(5):  # the token, the jobs, their images, credits and retries
        assert len(program.get(URL).json()["items"]) == 13
    with django_assert_num_queries(5):
        program.get(f"{URL}/{job.pk}")


def test_times_are_utc_with_microseconds(owner: User, program: Program) -> None:
    before = timezone.now()
    told = program.get(f"{URL}/{made(owner).pk}").json()

    assert utc_text(before) < told["createdAt"] < told["startedAt"] < told["completedAt"]
