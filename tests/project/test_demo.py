"""The demonstration: the same seed tells the same story, it adds up, and its plans go on by the clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from activity_project import demo
from apps.accounts.models import Subscription, User
from apps.accounts.usage import active_subscription
from apps.credits import ledger
from apps.credits.models import CreditTransaction
from apps.credits.renewal import renew_what_is_over
from apps.credits.verification import verify
from apps.generations.counts import recount
from apps.generations.models import GenerationJob
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet")]

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """Progress goes to standard error."""


def crowd(seed: int = 1) -> list[User]:
    demo.seed_crowd(users=2, jobs=120, seed=seed, now=NOW)
    return list(User.objects.order_by("pk"))


def told() -> list[Any]:
    """Everything about everyone that doesn't depend on what stood in the database before."""
    people = User.objects.order_by("pk").values_list(
        "email", "generated_count", "current_period_count", "last_reset_date"
    )
    jobs = GenerationJob.objects.order_by("pk").values_list("pk", "user__email", "status", "input", "completed_at")
    moved = CreditTransaction.objects.order_by("pk").values_list("pk", "user__email", "seq", "amount", "created_at")
    plans = Subscription.objects.order_by("user__email").values_list("user__email", "plan__slug", "current_period_end")
    return [*people, *jobs, *moved, *plans]


def story(seed: int) -> list[Any]:
    """What a seed tells, in a database that is as it was before afterwards."""
    with transaction.atomic():
        crowd(seed)
        found = told()
        transaction.set_rollback(True)
    return found


def test_the_same_seed_tells_the_same_story_and_another_seed_another() -> None:
    first = story(1)
    UserFactory.create().delete()
    assert story(1) == first
    assert story(2) != first


def test_everybodys_ledger_and_counts_add_up() -> None:
    people = crowd()
    assert verify()[1] == []
    assert recount([person.pk for person in people], write=False) == []
    assert all(person.generated_count > person.current_period_count > 0 for person in people)


def test_everybody_is_in_the_period_that_their_last_refresh_began() -> None:
    for person in crowd():
        held = active_subscription(person)
        refresh = person.credit_transactions.filter(type="subscription_grant").newest_first().first()
        assert held
        assert refresh
        assert held.current_period_start == person.last_reset_date == refresh.created_at
        assert held.current_period_start <= NOW < held.current_period_end


def test_the_plans_go_on_by_the_clock() -> None:
    people = crowd()
    before = {person.pk: ledger.balance_of(person.pk) for person in people}
    assert renew_what_is_over(NOW + timedelta(days=30)).done == len(people)
    assert {pk: ledger.balance_of(pk) - balance for pk, balance in before.items()} == dict.fromkeys(before, 300)
    assert renew_what_is_over(NOW + timedelta(days=30)).done == 0
