"""Whatever is tried with a job, in whatever order, it moves only along the table, and its credits with it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.credits.models import CreditTransaction
from apps.generations import operations
from apps.generations.models import GenerationJob
from apps.generations.operations import Failure, NotRetryable, Success
from apps.generations.states import FINAL, TRANSITIONS, Status, sources
from tests.factories import UserFactory, wish, with_credits
from tests.generations.test_states import change, fields_of, rule

pytestmark = pytest.mark.django_db


def _claim(attempt: int) -> Callable[[GenerationJob], bool]:
    return lambda job: operations.claim(job.pk, attempt=attempt) is not None


def _succeed(job: GenerationJob) -> bool:
    return operations.settle(job_id=job.pk, user_id=job.user_id, outcome=Success(images=(), metadata={}))


def _fail(job: GenerationJob) -> bool:
    failure = Failure(error="It broke.", code="broke")
    return operations.settle(job_id=job.pk, user_id=job.user_id, outcome=failure)


def _retry(job: GenerationJob) -> bool:
    """Never moves the job itself, whether it makes another or not."""
    job.refresh_from_db()
    try:
        assert operations.retry(job=job).pk != job.pk
    except NotRetryable:
        assert job.status != Status.FAILED
    return False


def _write(target: Status) -> Callable[[GenerationJob], bool]:
    """Past all operations, straight into the table."""

    def write(job: GenerationJob) -> bool:
        job.refresh_from_db()
        if job.status == target:
            return False
        try:
            with transaction.atomic():
                change(job, fields_of(target))
        except IntegrityError as refusal:
            return rule(refusal) != "job_moves_along_its_states"
        return True

    return write


# What is done, and where it would bring the job; null where it may not move it at all.
DEEDS: dict[str, tuple[Callable[[GenerationJob], bool], Status | None]] = {
    "first attempt": (_claim(1), Status.PROCESSING),
    "success": (_succeed, Status.COMPLETED),
    "failure": (_fail, Status.FAILED),
    "retry": (_retry, None),
    **{f"{status} by hand": (_write(status), status) for status in Status},
}
BY_THE_PRODUCT = [name for name in DEEDS if not name.endswith("by hand")]


@pytest.fixture
def new_job() -> Callable[[], GenerationJob]:
    return lambda: operations.request(user=with_credits(UserFactory.create(), 9), wish=wish())


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(deeds=st.lists(st.sampled_from(sorted(DEEDS)), max_size=8))
def test_a_job_moves_along_the_table_or_not_at_all(new_job: Callable[[], GenerationJob], deeds: list[str]) -> None:
    job, stands = new_job(), Status.QUEUED
    for name in deeds:
        act, target = DEEDS[name]
        moves = target is not None and target in TRANSITIONS[stands]

        assert act(job) == moves, (stands, name)

        stands = target if moves and target else stands
        job.refresh_from_db()
        assert job.status == stands


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(deeds=st.lists(st.sampled_from(sorted(BY_THE_PRODUCT)), max_size=8))
def test_its_credits_are_taken_once_and_given_back_only_where_it_failed(
    new_job: Callable[[], GenerationJob], deeds: list[str]
) -> None:
    job = new_job()
    for name in deeds:
        DEEDS[name][0](job)

    job.refresh_from_db()
    amounts = list(CreditTransaction.objects.of_job(job.pk).in_order().values_list("amount", flat=True))
    assert amounts == ([-1, 1] if job.status == Status.FAILED else [-1])
    job.user.refresh_from_db()
    assert (job.completed_at is None) == (job.status not in FINAL)


@pytest.mark.parametrize("target", [Status.COMPLETED, Status.FAILED])
def test_no_operation_moves_a_job_from_where_the_table_has_no_move(
    new_job: Callable[[], GenerationJob], target: Status
) -> None:
    ends: dict[Status, Any] = {Status.COMPLETED: _succeed, Status.FAILED: _fail}
    for origin in set(Status) - sources(target):
        job = new_job()
        for step in _way_to(origin):
            change(job, fields_of(step))

        assert not ends[target](job)


def _way_to(status: Status) -> list[Status]:
    return {
        Status.QUEUED: [],
        Status.PROCESSING: [Status.PROCESSING],
        Status.COMPLETED: [Status.PROCESSING, Status.COMPLETED],
        Status.FAILED: [Status.FAILED],
    }[status]
