"""A subscription goes on: the next period begins once, with its credits and the images counted anew."""

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from structlog.testing import capture_logs

from apps.accounts.models import Plan, Subscription, User
from apps.credits import ledger, tasks
from apps.credits.enrolment import enrol
from apps.credits.renewal import Renewed, go_on, renew, renew_what_is_over
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, tzinfo=ZoneInfo("UTC"))
PERIOD, DAY = timedelta(days=30), timedelta(days=1)


@pytest.fixture
def free(db: None) -> Plan:
    return Plan.objects.get(slug="free")


@pytest.fixture
def subscription(owner: User, free: Plan) -> Subscription:
    """The owner's, on the free plan since NOW, with 7 images made."""
    subscription = enrol(user=owner, plan=free, now=NOW)
    User.objects.filter(pk=owner.pk).update(current_period_count=7, generated_count=9)
    return subscription


def counts(user: User) -> tuple[int, int]:
    user.refresh_from_db()
    return user.current_period_count, user.generated_count


def renewed(subscription: Subscription, begins: datetime = NOW + PERIOD) -> bool:
    """Delivers a renewal, by default the one after the period that the plan began with."""
    return renew(subscription=subscription, starts_at=begins, ends_at=begins + PERIOD)


def test_a_renewal_moves_the_period_grants_its_credits_and_counts_anew(subscription: Subscription) -> None:
    asked_at = timezone.now()
    assert renewed(subscription)
    subscription.refresh_from_db()
    owner = subscription.user
    assert (subscription.current_period_start, subscription.current_period_end) == (NOW + PERIOD, NOW + 2 * PERIOD)
    assert ledger.balance_of(owner.pk) == 100
    assert counts(owner) == (0, 9)
    assert owner.last_reset_date
    assert owner.last_reset_date >= asked_at


def test_a_renewal_that_is_delivered_again_changes_nothing(subscription: Subscription) -> None:
    renewed(subscription)
    User.objects.filter(pk=subscription.user_id).update(current_period_count=3)
    assert not renewed(subscription, begins=(NOW + PERIOD).astimezone(ZoneInfo("Pacific/Auckland")))
    assert counts(subscription.user) == (3, 9)
    assert ledger.balance_of(subscription.user_id) == 100


def test_the_period_that_a_plan_began_with_is_not_granted_again(subscription: Subscription) -> None:
    assert not renewed(subscription, begins=NOW)
    assert ledger.balance_of(subscription.user_id) == 50


def test_an_earlier_period_delivered_late_brings_its_credits_and_moves_nothing(subscription: Subscription) -> None:
    second, third = NOW + PERIOD, NOW + 2 * PERIOD
    renewed(subscription, begins=third)
    User.objects.filter(pk=subscription.user_id).update(current_period_count=3)
    assert renewed(subscription, begins=second)
    subscription.refresh_from_db()
    assert subscription.current_period_start == third
    assert counts(subscription.user) == (3, 9)
    assert ledger.balance_of(subscription.user_id) == 150


def test_a_plan_without_credits_is_renewed_and_counted_anew(owner: User) -> None:
    plan = Plan.objects.create(slug="viewer", name="Viewer", credits_per_period=0, images_per_period=10)
    subscription = enrol(user=owner, plan=plan, now=NOW)
    User.objects.filter(pk=owner.pk).update(current_period_count=7)
    assert renewed(subscription)
    assert not renewed(subscription)
    assert counts(owner)[0] == 0
    assert ledger.balance_of(owner.pk) == 0


def test_a_period_is_granted_as_its_plan_was_however_often_that_changes_later(subscription: Subscription) -> None:
    renewed(subscription)
    Plan.objects.filter(slug="free").update(credits_per_period=70)
    assert not renewed(subscription)
    assert ledger.balance_of(subscription.user_id) == 100


def test_nothing_is_renewed_before_its_period_is_over(subscription: Subscription) -> None:
    assert renew_what_is_over(NOW + PERIOD - timedelta(microseconds=1)) == Renewed(done=0, failed=0)
    assert renew_what_is_over(NOW + PERIOD) == Renewed(done=1, failed=0)
    assert renew_what_is_over(NOW + PERIOD) == Renewed(done=0, failed=0)
    assert ledger.balance_of(subscription.user_id) == 100


def test_after_missed_periods_one_goes_on_today_on_the_usual_days_with_one_periods_credits(
    subscription: Subscription,
) -> None:
    with capture_logs() as logs:
        renew_what_is_over(NOW + 3 * PERIOD + 5 * DAY)
    subscription.refresh_from_db()
    assert (subscription.current_period_start, subscription.current_period_end) == (NOW + 3 * PERIOD, NOW + 4 * PERIOD)
    assert ledger.balance_of(subscription.user_id) == 100
    assert [(log["event"], log["missed"]) for log in logs if "missed" in log] == [("periods missed", 2)]


def test_only_plans_without_payment_are_renewed_by_the_clock(subscription: Subscription, stranger: User) -> None:
    Subscription.objects.filter(pk=subscription.pk).update(provider_id="sub_1")
    enrol(user=stranger, plan=Plan.objects.get(slug="pro"), now=NOW)
    assert renew_what_is_over(NOW + PERIOD).done == 1
    assert ledger.balance_of(subscription.user_id) == 50
    assert ledger.balance_of(stranger.pk) == 600


def test_a_subscription_that_ends_with_its_period_is_followed_by_the_default_plan(owner: User) -> None:
    pro = enrol(user=owner, plan=Plan.objects.get(slug="pro"), now=NOW)
    Subscription.objects.filter(pk=pro.pk).update(provider_id="sub_1", ends_with_period=True)
    late = NOW + PERIOD + DAY
    assert renew_what_is_over(late).done == 1
    pro.refresh_from_db()
    follows = Subscription.objects.holding().get(user=owner)
    assert (pro.status, pro.ended_at) == ("cancelled", late)
    assert (follows.plan.slug, follows.current_period_start, follows.provider_id) == ("free", late, "")
    assert ledger.balance_of(owner.pk) == 300 + 50
    assert renew_what_is_over(late).done == 0


def test_one_that_breaks_holds_up_no_other(subscription: Subscription, free: Plan, stranger: User) -> None:
    enrol(user=stranger, plan=free, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            f"ALTER TABLE credit_transactions ADD CONSTRAINT broke CHECK (user_id <> {subscription.user_id}) NOT VALID"
        )
    assert renew_what_is_over(NOW + PERIOD) == Renewed(done=1, failed=1)
    subscription.refresh_from_db()
    assert subscription.current_period_start == NOW
    assert ledger.balance_of(stranger.pk) == 100


def test_what_is_over_is_found_in_batches(free: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.credits.renewal.BATCH", 2)
    people = UserFactory.create_batch(5)
    for person in people:
        enrol(user=person, plan=free, now=NOW)
    assert renew_what_is_over(NOW + PERIOD).done == 5
    assert {ledger.balance_of(person.pk) for person in people} == {100}


def test_what_went_on_between_the_looking_and_the_doing_is_left_alone(subscription: Subscription) -> None:
    goes_on = partial(go_on, subscription_id=subscription.pk, user_id=subscription.user_id, now=NOW + PERIOD)
    assert goes_on()
    assert not goes_on()


def test_the_schedule_renews_what_is_over_now(owner: User, free: Plan) -> None:
    enrol(user=owner, plan=free, now=timezone.now() - PERIOD)
    with capture_logs() as logs:
        tasks.renew_plans()
    assert ledger.balance_of(owner.pk) == 100
    assert [(log["event"], log["renewed"]) for log in logs] == [("plans renewed", 1)]


def test_looking_for_what_is_over_costs_one_query_where_nothing_is(
    subscription: Subscription, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        renew_what_is_over(NOW)
