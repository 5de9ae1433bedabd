"""Wrong subscriptions and periods, written past all of our code: the database refuses each, and says by which rule."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection

from apps.accounts.models import Plan, Subscription, SubscriptionPeriod, User
from apps.credits.enrolment import enrol

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER, EARLIER = NOW + timedelta(days=30), NOW - timedelta(days=30)

WRONG_CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "ended before it began": ({"current_period_end": EARLIER}, "period_ends_after_it_starts"),
    "past due for nothing": ({"status": "past_due"}, "past_due_for_a_period_to_come"),
    "past due for a period that was paid": (
        {"status": "past_due", "unpaid_period_start": NOW},
        "past_due_for_a_period_to_come",
    ),
    "unpaid and yet active": ({"unpaid_period_start": LATER}, "past_due_for_a_period_to_come"),
    "cancelled at no time": ({"status": "cancelled"}, "cancelled_subscription_has_an_end"),
    "ended and yet active": ({"ended_at": LATER}, "cancelled_subscription_has_an_end"),
    "in a period that nothing brought": (
        {"current_period_start": LATER, "current_period_end": LATER + timedelta(days=30)},
        "subscription_is_in_a_recorded_period",
    ),
}


@pytest.fixture
def subscription(owner: User) -> Subscription:
    return enrol(user=owner, plan=Plan.objects.get(slug="free"), now=NOW)


def checked() -> None:
    """What is put off until the commit is checked now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("case", WRONG_CHANGES)
def test_a_wrong_subscription_is_refused(subscription: Subscription, case: str) -> None:
    fields, rule = WRONG_CHANGES[case]
    checked()

    def change() -> None:
        Subscription.objects.filter(pk=subscription.pk).update(**fields)
        checked()

    with pytest.raises(IntegrityError, match=rule):
        change()


def test_one_that_ends_goes_on_with_no_plan(subscription: Subscription) -> None:
    with pytest.raises(IntegrityError, match="ending_subscription_has_no_next_plan"):
        Subscription.objects.update(ends_with_period=True, next_plan=Plan.objects.get(slug="pro"))


@pytest.mark.parametrize("status", ["active", "past_due"])
def test_nobody_is_on_two_plans_at_a_time(subscription: Subscription, status: str) -> None:
    unpaid = LATER if status == "past_due" else None
    with pytest.raises(IntegrityError, match="one_subscription_at_a_time"):
        Subscription.objects.create(
            user=subscription.user,
            plan=subscription.plan,
            status=status,
            current_period_start=NOW,
            current_period_end=LATER,
            unpaid_period_start=unpaid,
        )


def test_a_period_is_recorded_once(subscription: Subscription) -> None:
    with pytest.raises(IntegrityError, match="one_row_per_period"):
        subscription.periods.create(plan=subscription.plan, starts_at=NOW, ends_at=LATER, credits=1)


def test_a_recorded_period_ends_after_it_starts(subscription: Subscription) -> None:
    with pytest.raises(IntegrityError, match="recorded_period_ends_after_it_starts"):
        subscription.periods.create(plan=subscription.plan, starts_at=LATER, ends_at=LATER, credits=1)


def test_a_recorded_period_is_never_changed(subscription: Subscription) -> None:
    checked()
    with pytest.raises(IntegrityError, match="append-only"):
        SubscriptionPeriod.objects.update(credits=1_000)
