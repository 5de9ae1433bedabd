"""Counts are set right while jobs end: none is lost and none counted twice."""

import pytest
from django.db import transaction

from apps.accounts.models import User
from apps.generations.counts import Counts, Difference, recount
from tests.factories import UserFactory, having_made, on_plan, with_credits
from tests.generations.stand_ins import made
from tests.threads import at_once, wait_until_somebody_waits

pytestmark = pytest.mark.usefixtures("committed")


def of(user: User) -> Counts:
    user.refresh_from_db()
    return Counts(user.generated_count, user.current_period_count)


def test_a_job_that_ends_while_counts_are_set_right_is_counted() -> None:
    """The rows are held and the jobs read; the job ends and waits, and then adds itself to what was written."""
    owner = having_made(with_credits(on_plan(UserFactory.create()), 50), 9)
    made(owner, 3)

    @transaction.atomic
    def set_right() -> list[Difference]:
        differences = recount([owner.pk], write=True)
        wait_until_somebody_waits()
        return differences

    outcomes = at_once(2, lambda number: made(owner, 2) if number else set_right())

    assert outcomes.errors == []
    assert of(owner) == Counts(5, 5)


def test_setting_right_again_and_again_while_jobs_end_loses_none() -> None:
    owner = with_credits(UserFactory.create(), 200)

    def work(number: int) -> None:
        for _ in range(10):
            if number == 0:
                assert recount([owner.pk], write=True) == []
            else:
                made(owner, 1)

    outcomes = at_once(6, work)

    assert outcomes.errors == []
    assert of(owner) == Counts(50, 50)
