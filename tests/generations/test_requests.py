"""Asking for a generation: limit, credits, job and charge together, or nothing; enqueued once committed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from apps.accounts.models import User
from apps.credits import ledger
from apps.credits.ledger import InsufficientCredits
from apps.credits.models import CreditAccount, CreditTransaction
from apps.generations import operations
from apps.generations.models import GenerationJob
from apps.generations.operations import Failure, KeyReused, LimitReached, NotRetryable
from apps.generations.queries import usage_of
from apps.generations.states import Status
from tests.factories import CharacterFactory, UserFactory, on_plan, wish, with_credits

Amounts = Callable[[User], list[int]]


@pytest.fixture
def on_free(owner: User) -> User:
    """The owner with 50 images and 50 credits."""
    return on_plan(owner)


def test_a_request_queues_a_job_and_charges_it(on_free: User) -> None:
    luna = CharacterFactory.create(user=on_free)
    job = operations.request(user=on_free, wish=wish(quality="hq", image_count=3, character=luna))
    job.refresh_from_db()
    charge = CreditTransaction.objects.of_job(job.pk).get()
    assert (job.status, job.credits_used, job.image_count, job.plan_id) == (Status.QUEUED, 6, 3, job.plan_id)
    assert (charge.amount, charge.quality_mode, charge.character_id) == (-6, "hq", luna.pk)
    assert charge.recorded_by_id == on_free.pk


def test_too_few_credits_leave_nothing_behind(owner: User) -> None:
    with pytest.raises(InsufficientCredits):
        operations.request(user=owner, wish=wish())
    assert not GenerationJob.objects.exists()
    assert not CreditAccount.objects.exists()


def test_a_reached_limit_leaves_nothing_behind_and_says_what_is_left(on_free: User) -> None:
    User.objects.filter(pk=on_free.pk).update(current_period_count=48)
    with pytest.raises(LimitReached, match="2 images are left of 50") as refusal:
        operations.request(user=on_free, wish=wish(image_count=3))
    assert refusal.value.usage.remaining == 2
    assert not GenerationJob.objects.exists()
    assert ledger.balance_of(on_free.pk) == 50


def test_images_in_flight_count_towards_the_limit_until_they_fail(on_free: User) -> None:
    with_credits(on_free, 100)
    job = operations.request(user=on_free, wish=wish(image_count=8))
    assert usage_of(on_free, plan=job.plan).used == 8
    operations.settle(job_id=job.pk, user_id=on_free.pk, outcome=Failure(error="It broke.", code="broke"))
    assert usage_of(on_free, plan=job.plan).used == 0


def test_the_same_key_gives_the_same_job_charged_once(on_free: User, amounts: Amounts) -> None:
    first, again = (operations.request(user=on_free, wish=wish(), idempotency_key="once") for _ in range(2))
    assert first == again
    assert amounts(on_free) == [50, -1]


@pytest.mark.parametrize("other", [{"prompt": "a mountain"}, {"image_count": 2}, {"quality": "hq"}])
def test_the_same_key_for_another_wish_is_refused(on_free: User, amounts: Amounts, other: dict[str, Any]) -> None:
    operations.request(user=on_free, wish=wish(), idempotency_key="once")
    with pytest.raises(KeyReused):
        operations.request(user=on_free, wish=wish(**other), idempotency_key="once")
    assert amounts(on_free) == [50, -1]


def test_an_empty_key_is_no_key(on_free: User) -> None:
    first, second = (operations.request(user=on_free, wish=wish(), idempotency_key="") for _ in range(2))
    assert first != second


def test_a_failed_job_is_tried_again_once_however_often_it_is_pressed(on_free: User, amounts: Amounts) -> None:
    job = operations.request(user=on_free, wish=wish())
    operations.settle(job_id=job.pk, user_id=on_free.pk, outcome=Failure(error="It broke.", code="broke"))
    job.refresh_from_db()
    again, pressed_twice = operations.retry(job=job), operations.retry(job=job)
    assert again == pressed_twice
    assert (again.retried_from, again.input) == (job, job.input)
    assert amounts(on_free) == [50, -1, 1, -1]


def test_only_a_failed_job_is_tried_again(on_free: User) -> None:
    with pytest.raises(NotRetryable):
        operations.retry(job=operations.request(user=on_free, wish=wish()))


def test_a_request_costs_eight_queries_at_most(
    on_free: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Besides the transaction's own two, here a savepoint's."""
    with django_assert_max_num_queries(8 + 2):
        operations.request(user=on_free, wish=wish(), idempotency_key="once")


def test_work_is_sent_only_once_the_request_is_committed(
    on_free: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as callbacks, CaptureQueriesContext(connection):
        operations.request(user=on_free, wish=wish(), idempotency_key="once")
        operations.request(user=on_free, wish=wish(), idempotency_key="once")
    assert len(callbacks) == 1


@pytest.mark.usefixtures("committed", "broker_down")
def test_a_broker_that_is_down_costs_the_caller_nothing() -> None:
    job = operations.request(user=on_plan(UserFactory.create()), wish=wish())
    job.refresh_from_db()
    assert job.status == Status.QUEUED
