"""Twenty requests at once: neither the limit nor the credits are passed, and none that fits is refused."""

from collections.abc import Callable

import pytest

from apps.accounts.models import Plan, User
from apps.credits import ledger
from apps.credits.ledger import InsufficientCredits
from apps.credits.verification import verify
from apps.generations import operations
from apps.generations.models import GenerationJob
from apps.generations.operations import Failure, LimitReached, Success
from apps.generations.queries import usage_of
from tests.factories import UserFactory, having_made, on_plan, wish, with_credits
from tests.generations.stand_ins import stored
from tests.threads import at_once

pytestmark = pytest.mark.usefixtures("committed")

THREADS = 20


def test_three_of_twenty_requests_pass_a_limit_with_three_left() -> None:
    owner = having_made(on_plan(UserFactory.create()), 47)
    outcomes = at_once(THREADS, lambda _: operations.request(user=owner, wish=wish()))
    assert len(outcomes.answers) == GenerationJob.objects.count() == 3
    assert outcomes.kinds_of_error == {LimitReached}
    assert ledger.balance_of(owner.pk) == 47


def test_requests_for_two_images_each_fill_a_limit_with_seven_left_to_six() -> None:
    owner = with_credits(having_made(on_plan(UserFactory.create()), 43), 100)
    outcomes = at_once(THREADS, lambda _: operations.request(user=owner, wish=wish(image_count=2)))
    assert len(outcomes.answers) == 3
    assert outcomes.kinds_of_error == {LimitReached}
    assert in_flight_and_left(owner) == (6, 1)


def test_requests_of_any_size_never_pass_a_limit_and_none_is_refused_that_would_fit() -> None:
    owner = with_credits(having_made(on_plan(UserFactory.create()), 29), 200)
    sizes = [number % 5 + 1 for number in range(THREADS)]
    refused: list[tuple[int, int]] = []

    def ask(number: int) -> int:
        try:
            operations.request(user=owner, wish=wish(image_count=sizes[number]))
        except LimitReached as refusal:
            refused.append((sizes[number], refusal.usage.remaining or 0))
            return 0
        return sizes[number]

    outcomes = at_once(THREADS, ask)

    assert outcomes.errors == []
    made, left = in_flight_and_left(owner)
    assert made == sum(outcomes.answers) == 21 - (left or 0)
    assert refused
    assert all(wanted > remaining for wanted, remaining in refused)


def test_requests_beside_jobs_that_end_well_or_badly_never_pass_a_limit() -> None:
    """What ends badly frees its place, what ends well keeps it: never more than ten in flight and made."""
    owner = with_credits(having_made(on_plan(UserFactory.create()), 40), 500)

    def ask_and_end(number: int) -> None:
        for turn in range(4):
            try:
                job = operations.request(user=owner, wish=wish(image_count=turn % 2 + 1))
            except LimitReached:
                continue
            assert operations.claim(job.pk, attempt=1)
            well = Success(images=stored(job.image_count), metadata={})
            badly = Failure(error="It broke.", code="broke")
            operations.settle(job_id=job.pk, user_id=owner.pk, outcome=well if number % 3 == 0 else badly)
            assert usage_of(owner, plan=job.plan).used <= 50

    outcomes = at_once(8, ask_and_end)

    assert outcomes.errors == []
    made = sum(job.image_count for job in owner.generation_jobs.completed())
    owner.refresh_from_db()
    assert owner.current_period_count == 40 + made <= 50
    assert owner.generated_count == 40 + made


def in_flight_and_left(owner: User) -> tuple[int, int | None]:
    """Images in flight, and those that the free plan still allows."""
    usage = usage_of(owner, plan=Plan.objects.get(slug="free"))
    return usage.in_flight, usage.remaining


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
