"""Twenty requests at once: neither the limit nor the credits are passed, and none that fits is refused."""

from collections.abc import Callable

import pytest

from apps.accounts.models import User
from apps.credits import ledger
from apps.credits.ledger import InsufficientCredits
from apps.credits.verification import verify
from apps.generations import operations
from apps.generations.models import GenerationJob
from apps.generations.operations import Failure, LimitReached
from tests.factories import UserFactory, on_plan, wish, with_credits
from tests.threads import at_once

pytestmark = pytest.mark.usefixtures("committed")

THREADS = 20


def test_three_of_twenty_requests_pass_a_limit_with_three_left() -> None:
    owner = on_plan(UserFactory.create(current_period_count=47))
    outcomes = at_once(THREADS, lambda _: operations.request(user=owner, wish=wish()))
    assert len(outcomes.answers) == GenerationJob.objects.count() == 3
    assert outcomes.kinds_of_error == {LimitReached}
    assert ledger.balance_of(owner.pk) == 47


def test_five_of_twenty_requests_pass_with_credits_for_five() -> None:
    owner = with_credits(UserFactory.create(), 5)
    outcomes = at_once(THREADS, lambda _: operations.request(user=owner, wish=wish()))
    assert len(outcomes.answers) == GenerationJob.objects.count() == 5
    assert outcomes.kinds_of_error == {InsufficientCredits}
    assert ledger.balance_of(owner.pk) == 0


def test_the_same_key_from_many_threads_is_one_job_and_one_charge(amounts: Callable[[User], list[int]]) -> None:
    owner = on_plan(UserFactory.create())
    outcomes = at_once(THREADS, lambda _: operations.request(user=owner, wish=wish(), idempotency_key="once"))
    assert outcomes.errors == []
    assert len({job.pk for job in outcomes.answers}) == GenerationJob.objects.count() == 1
    assert amounts(owner) == [50, -1]


def test_requests_beside_failing_and_retried_jobs_neither_deadlock_nor_go_wrong() -> None:
    owner = with_credits(UserFactory.create(), 30)

    def request_fail_and_retry(_: int) -> None:
        for _turn in range(3):
            job = operations.request(user=owner, wish=wish())
            operations.settle(job_id=job.pk, user_id=owner.pk, outcome=Failure(error="It broke.", code="broke"))
            job.refresh_from_db()
            operations.retry(job=job)

    outcomes = at_once(8, request_fail_and_retry)

    assert outcomes.errors == []
    assert ledger.balance_of(owner.pk) == 30 - 8 * 3
    assert verify()[1] == []
