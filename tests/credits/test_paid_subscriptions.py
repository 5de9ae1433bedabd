"""What a payment provider delivers: starts, renewals, failed payments and ends, again and again and in any order."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError

from apps.accounts.models import Plan, Subscription, User
from apps.accounts.usage import active_subscription
from apps.credits import ledger
from apps.credits.enrolment import enrol
from apps.credits.paid_subscriptions import (
    UnknownSubscription,
    end_subscription,
    follow_provider,
    mark_past_due,
    renew_subscription,
    start_subscription,
)
from apps.credits.plan_changes import change_plan
from apps.credits.renewal import renew_what_is_over

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PERIOD, DAY = timedelta(days=30), timedelta(days=1)
ID = "sub_1"


@pytest.fixture
def pro(db: None) -> Plan:
    return Plan.objects.get(slug="pro")


@pytest.fixture
def paid(owner: User, pro: Plan) -> Subscription:
    """The owner's, on Pro (300 credits, 500 images) since NOW."""
    return start(owner, pro)


def start(user: User, plan: Plan, provider_id: str = ID, begins: datetime = NOW) -> Subscription:
    return start_subscription(
        user=user, plan=plan, provider_id=provider_id, starts_at=begins, ends_at=begins + PERIOD, now=NOW + DAY
    )


def renewal(number: int, plan: Plan | None = None) -> bool:
    begins = NOW + number * PERIOD
    return renew_subscription(provider_id=ID, starts_at=begins, ends_at=begins + PERIOD, plan=plan)


def told(plan: Plan | None = None, *, ends: bool, at: datetime = NOW) -> bool:
    return follow_provider(provider_id=ID, plan=plan, ends_with_period=ends, at=at)


def past_due(number: int) -> bool:
    return mark_past_due(provider_id=ID, unpaid_from=NOW + number * PERIOD)


def test_a_paid_plan_takes_the_place_of_the_free_one(owner: User, pro: Plan) -> None:
    free = enrol(user=owner, plan=Plan.objects.get(slug="free"), now=NOW - DAY)
    User.objects.filter(pk=owner.pk).update(current_period_count=7)
    paid = start(owner, pro)
    free.refresh_from_db()
    owner.refresh_from_db()
    assert active_subscription(owner) == paid
    assert (free.status, free.ended_at) == ("cancelled", NOW + DAY)
    assert owner.current_period_count == 0
    assert ledger.balance_of(owner.pk) == 50 + 300


def test_a_start_that_is_delivered_again_is_the_same_subscription(paid: Subscription, owner: User, pro: Plan) -> None:
    assert start(owner, pro) == paid
    assert ledger.balance_of(owner.pk) == 300


def test_a_provider_id_is_one_persons(paid: Subscription, stranger: User, pro: Plan) -> None:
    with pytest.raises(IntegrityError, match="one_row_per_provider_id"):
        start(stranger, pro)


def test_a_late_start_after_another_paid_subscription_brings_its_credits_and_has_ended(
    owner: User, pro: Plan, paid: Subscription
) -> None:
    late = start(owner, pro, provider_id="sub_0", begins=NOW - PERIOD)
    assert (late.status, late.ended_at) == ("cancelled", NOW + DAY)
    assert active_subscription(owner) == paid
    assert ledger.balance_of(owner.pk) == 600


def test_each_period_that_was_paid_for_is_granted_once(paid: Subscription) -> None:
    assert [renewal(number) for number in (1, 1, 0, 3, 2, 3)] == [True, False, False, True, True, False]
    paid.refresh_from_db()
    assert paid.current_period_start == NOW + 3 * PERIOD
    assert ledger.balance_of(paid.user_id) == 4 * 300


def test_the_plan_that_was_paid_for_is_the_one_that_holds(paid: Subscription) -> None:
    renewal(1, plan=Plan.objects.get(slug="studio"))
    paid.refresh_from_db()
    assert paid.plan.slug == "studio"
    assert ledger.balance_of(paid.user_id) == 300 + 2000


def test_a_change_for_the_next_period_holds_with_its_payment(paid: Subscription) -> None:
    change_plan(subscription=paid, plan=Plan.objects.get(slug="free"), by=None, now=NOW)
    renewal(1)
    paid.refresh_from_db()
    assert (paid.plan.slug, paid.next_plan) == ("free", None)


def test_a_failed_payment_leaves_plan_and_count_and_begins_no_period(paid: Subscription) -> None:
    User.objects.filter(pk=paid.user_id).update(current_period_count=7)
    assert past_due(1)
    paid.refresh_from_db()
    paid.user.refresh_from_db()
    assert (paid.status, paid.unpaid_period_start) == ("past_due", NOW + PERIOD)
    assert (active_subscription(paid.user), paid.user.current_period_count) == (paid, 7)
    assert ledger.balance_of(paid.user_id) == 300
    assert renew_what_is_over(NOW + 2 * PERIOD).done == 0


def test_the_payment_that_comes_after_all_begins_the_period(paid: Subscription) -> None:
    past_due(1)
    assert renewal(1)
    paid.refresh_from_db()
    assert (paid.status, paid.unpaid_period_start) == ("active", None)
    assert ledger.balance_of(paid.user_id) == 600


def test_a_failure_that_is_delivered_after_the_payment_is_past(paid: Subscription) -> None:
    renewal(2)
    assert not past_due(1)
    assert not past_due(2)
    paid.refresh_from_db()
    assert paid.status == "active"


def test_paying_for_an_earlier_period_does_not_pay_for_a_later_one(paid: Subscription) -> None:
    past_due(2)
    past_due(1)
    renewal(1)
    paid.refresh_from_db()
    assert (paid.status, paid.unpaid_period_start) == ("past_due", NOW + 2 * PERIOD)
    renewal(2)
    paid.refresh_from_db()
    assert paid.status == "active"


def test_cancelled_for_the_periods_end_everything_stays_until_then(paid: Subscription, owner: User) -> None:
    assert told(ends=True)
    assert active_subscription(owner) == paid
    assert renew_what_is_over(NOW + PERIOD - DAY).done == 0
    assert renew_what_is_over(NOW + PERIOD).done == 1
    follows = active_subscription(owner)
    assert follows
    assert (follows.plan.slug, follows.provider_id) == ("free", "")
    assert ledger.balance_of(owner.pk) == 300 + 50


def test_who_changes_their_mind_goes_on(paid: Subscription, owner: User) -> None:
    told(ends=True)
    told(ends=False, at=NOW + DAY)
    assert renew_what_is_over(NOW + PERIOD).done == 0
    assert active_subscription(owner) == paid


def test_what_was_said_before_the_last_word_is_past(paid: Subscription) -> None:
    assert told(ends=True, at=NOW + 2 * DAY)
    assert not told(ends=False, at=NOW + DAY)
    assert told(ends=False, at=NOW + 2 * DAY)  # Stripe's times are in seconds: the last to come has the word
    paid.refresh_from_db()
    assert not paid.ends_with_period


def test_another_plan_at_the_provider_follows_the_rule_of_changes(paid: Subscription) -> None:
    told(Plan.objects.get(slug="studio"), ends=False, at=NOW + 15 * DAY)
    paid.refresh_from_db()
    assert paid.plan.slug == "studio"
    assert ledger.balance_of(paid.user_id) == 300 + 850
    told(Plan.objects.get(slug="pro"), ends=False, at=NOW + 16 * DAY)
    paid.refresh_from_db()
    assert (paid.plan.slug, paid.next_plan and paid.next_plan.slug) == ("studio", "pro")
    told(Plan.objects.get(slug="pro"), ends=False, at=NOW + 17 * DAY)
    assert ledger.balance_of(paid.user_id) == 300 + 850


def test_an_end_with_the_period_makes_a_change_to_come_moot(paid: Subscription) -> None:
    change_plan(subscription=paid, plan=Plan.objects.get(slug="free"), by=None, now=NOW)
    told(ends=True)
    paid.refresh_from_db()
    assert (paid.next_plan, paid.ends_with_period) == (None, True)


def test_an_end_is_final_and_is_followed_by_the_default_plan_once(paid: Subscription, owner: User) -> None:
    past_due(1)
    assert end_subscription(provider_id=ID, now=NOW + 5 * DAY)
    assert not end_subscription(provider_id=ID, now=NOW + 6 * DAY)
    assert not told(ends=True)
    assert not past_due(2)
    paid.refresh_from_db()
    follows = active_subscription(owner)
    assert follows
    assert (paid.status, paid.ended_at, paid.unpaid_period_start) == ("cancelled", NOW + 5 * DAY, None)
    assert (follows.plan.slug, follows.current_period_start) == ("free", NOW + 5 * DAY)
    assert ledger.balance_of(owner.pk) == 300 + 50


def test_a_period_paid_for_that_is_delivered_after_the_end_brings_its_credits_alone(
    paid: Subscription, owner: User
) -> None:
    end_subscription(provider_id=ID, now=NOW + 5 * DAY)
    User.objects.filter(pk=owner.pk).update(current_period_count=7)
    assert renewal(1)
    assert not renewal(1)
    owner.refresh_from_db()
    paid.refresh_from_db()
    assert (paid.status, paid.current_period_start, owner.current_period_count) == ("cancelled", NOW, 7)
    assert ledger.balance_of(owner.pk) == 300 + 50 + 300


@pytest.mark.parametrize("provider_id", ["sub_unknown", ""])
def test_what_is_unknown_is_said_to_be(owner: User, provider_id: str) -> None:
    enrol(user=owner, plan=Plan.objects.get(slug="free"), now=NOW)
    with pytest.raises(UnknownSubscription):
        renew_subscription(provider_id=provider_id, starts_at=NOW + PERIOD, ends_at=NOW + 2 * PERIOD)
    with pytest.raises(UnknownSubscription):
        mark_past_due(provider_id=provider_id, unpaid_from=NOW + PERIOD)
    with pytest.raises(UnknownSubscription):
        follow_provider(provider_id=provider_id, plan=None, ends_with_period=True, at=NOW)
    with pytest.raises(UnknownSubscription):
        end_subscription(provider_id=provider_id, now=NOW)
