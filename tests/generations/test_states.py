"""The transition table in Python and the trigger in the database allow the same moves, and no others."""

from collections.abc import Mapping
from itertools import permutations
from types import MappingProxyType
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import F
from django.utils import timezone

from apps.accounts.models import User
from apps.common.sql import ClockTimestamp
from apps.generations.models import GenerationJob
from apps.generations.states import FINAL, IN_FLIGHT, TRANSITIONS, Status, sources

pytestmark = pytest.mark.django_db

MOVES = list(permutations(Status, 2))
ALLOWED = [(old, new) for old, new in MOVES if new in TRANSITIONS[old]]
REFUSED = [move for move in MOVES if move not in ALLOWED]


def fields_of(status: Status) -> dict[str, Any]:
    """What a job in this state must have."""
    now = timezone.now()
    return {
        "status": status,
        "started_at": None if status == Status.QUEUED else now,
        "completed_at": now if status in FINAL else None,
        "error": "It broke." if status == Status.FAILED else "",
    }


def job_in(status: Status, owner: User, changes: Mapping[str, Any] = MappingProxyType({})) -> GenerationJob:
    now = timezone.now()
    fields: dict[str, Any] = {
        "input": {"prompt": "a beach"},
        "credits_used": 1,
        "created_at": now,
        "updated_at": now,
        **fields_of(status),
        **changes,
    }
    return GenerationJob.objects.create(user=owner, **fields)


def change(job: GenerationJob, fields: Mapping[str, Any]) -> None:
    GenerationJob.objects.filter(pk=job.pk).update(**fields)


def rule(error: IntegrityError) -> str | None:
    name: str | None = error.__cause__.diag.constraint_name  # type: ignore[union-attr]
    return name


@pytest.mark.parametrize(("old", "new"), ALLOWED)
def test_a_move_of_the_table_is_accepted_and_notes_its_transaction(owner: User, old: Status, new: Status) -> None:
    job = job_in(old, owner)
    change(job, fields_of(new))
    job.refresh_from_db()
    assert job.status == new
    assert (job.started_xid if new == Status.PROCESSING else job.finished_xid) == job.queued_xid


@pytest.mark.parametrize(("old", "new"), REFUSED)
def test_any_other_move_is_refused_by_the_database(owner: User, old: Status, new: Status) -> None:
    job = job_in(old, owner)
    with pytest.raises(IntegrityError) as refusal:
        change(job, fields_of(new))
    assert rule(refusal.value) == "job_moves_along_its_states"


def test_every_state_has_its_moves_and_sources_turn_them_round() -> None:
    assert set(TRANSITIONS) == set(Status) == IN_FLIGHT | FINAL
    assert {(old, new) for new in Status for old in sources(new)} == set(ALLOWED)


WRONG_CHANGES: dict[str, tuple[Status, dict[str, Any], str]] = {
    "another beginning": (Status.QUEUED, {"created_at": ClockTimestamp()}, "job_keeps_its_beginning"),
    "another first transaction": (Status.QUEUED, {"queued_xid": 1}, "job_keeps_its_beginning"),
    "a start told later": (Status.PROCESSING, {"started_at": ClockTimestamp()}, "job_times_follow_its_status"),
    "an end told again": (Status.COMPLETED, {"completed_at": ClockTimestamp()}, "job_times_follow_its_status"),
    "an end before it ended": (Status.PROCESSING, {"completed_at": ClockTimestamp()}, "job_times_follow_its_status"),
    "completed at no time": (
        Status.PROCESSING,
        {"status": Status.COMPLETED},
        "job_has_completed_at_when_it_ended",
    ),
    "failed for no reason": (
        Status.PROCESSING,
        {"status": Status.FAILED, "completed_at": ClockTimestamp()},
        "failed_job_says_why",
    ),
    "running since never": (Status.QUEUED, {"status": Status.PROCESSING}, "job_has_started_at_when_it_runs"),
    "no image asked for": (Status.QUEUED, {"input": {"image_count": 0}}, "job_asks_for_an_image"),
}


@pytest.mark.parametrize("case", WRONG_CHANGES)
def test_a_wrong_change_is_refused_by_the_database(owner: User, case: str) -> None:
    status, fields, expected = WRONG_CHANGES[case]
    with pytest.raises(IntegrityError) as refusal:
        change(job_in(status, owner), fields)
    assert rule(refusal.value) == expected


def test_a_job_never_changes_hands(owner: User, stranger: User) -> None:
    with pytest.raises(IntegrityError) as refusal:
        change(job_in(Status.QUEUED, owner), {"user": stranger})
    assert rule(refusal.value) == "job_keeps_its_beginning"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"status": "paused"}, "job_has_completed_at_when_it_ended"),  # in the alphabet before job_status_is_known
        ({"status": Status.COMPLETED}, "job_has_completed_at_when_it_ended"),
        ({"status": Status.FAILED, "completed_at": ClockTimestamp()}, "failed_job_says_why"),
        ({"completed_at": ClockTimestamp()}, "job_has_completed_at_when_it_ended"),
    ],
)
def test_a_wrong_job_is_refused_by_the_database(owner: User, fields: dict[str, Any], expected: str) -> None:
    with pytest.raises(IntegrityError) as refusal:
        job_in(Status.QUEUED, owner, fields)
    assert rule(refusal.value) == expected


def test_a_key_is_unique_among_the_jobs_of_one_person_only(owner: User, stranger: User) -> None:
    job_in(Status.QUEUED, owner, {"idempotency_key": "once"})
    job_in(Status.QUEUED, stranger, {"idempotency_key": "once"})
    with pytest.raises(IntegrityError) as refusal:
        job_in(Status.QUEUED, owner, {"idempotency_key": "once"})
    assert rule(refusal.value) == "one_job_per_idempotency_key"


def test_what_does_not_place_a_job_may_change_in_any_state(owner: User) -> None:
    for status in Status:
        change(job_in(status, owner), {"metadata": {"model": "m"}, "attempts": F("attempts") + 1})
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM generation_jobs WHERE attempts = 1")
        assert cursor.fetchone() == (4,)


@pytest.mark.parametrize("statement", ["DELETE FROM generation_jobs", "TRUNCATE generation_jobs CASCADE"])
def test_no_job_is_ever_removed(owner: User, statement: str) -> None:
    job_in(Status.QUEUED, owner)

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="never lose a line"):
            cursor.execute(statement)
