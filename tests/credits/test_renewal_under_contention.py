"""Many deliveries of one period at once, and renewals while people generate: once each, and no deadlock."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import Plan, Subscription, User
from apps.accounts.operations import reset_period
from apps.credits import ledger
from apps.credits.enrolment import enrol
from apps.credits.models import CreditTransaction
from apps.credits.paid_subscriptions import renew_subscription, start_subscription
from apps.credits.plan_changes import change_plan
from apps.credits.renewal import renew, renew_what_is_over
from apps.credits.verification import verify
from tests.factories import UserFactory
from tests.threads import at_once

pytestmark = pytest.mark.usefixtures("committed")

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PERIOD = timedelta(days=30)
THREADS = 16


def enrolled(slug: str = "free") -> Subscription:
    return enrol(user=UserFactory.create(), plan=Plan.objects.get(slug=slug), now=NOW)


def test_one_of_many_deliveries_begins_the_period() -> None:
    subscription = enrolled()
    starts_at = NOW + PERIOD
    outcomes = at_once(
        THREADS, lambda _: renew(subscription=subscription, starts_at=starts_at, ends_at=starts_at + PERIOD)
    )
    assert outcomes.errors == []
    assert sorted(outcomes.answers) == [False] * (THREADS - 1) + [True]
    assert ledger.balance_of(subscription.user_id) == 100


def test_many_schedules_at_once_renew_everyone_once() -> None:
    subscriptions = [enrolled() for _ in range(12)]
    outcomes = at_once(4, lambda _: renew_what_is_over(NOW + PERIOD))
    assert outcomes.errors == []
    assert sum(renewed.done for renewed in outcomes.answers) == 12
    assert [renewed.failed for renewed in outcomes.answers] == [0] * 4
    assert {ledger.balance_of(subscription.user_id) for subscription in subscriptions} == {100}


def test_many_starts_of_one_paid_subscription_are_one() -> None:
    free = enrolled()
    pro = Plan.objects.get(slug="pro")
    outcomes = at_once(
        8,
        lambda _: start_subscription(
            user=free.user, plan=pro, provider_id="sub_1", starts_at=NOW, ends_at=NOW + PERIOD, now=timezone.now()
        ),
    )
    assert outcomes.errors == []
    assert len(set(outcomes.answers)) == 1
    assert ledger.balance_of(free.user_id) == 350


def test_a_renewal_by_the_clock_beside_a_paid_start_leaves_one_subscription_that_holds() -> None:
    """Either the free plan was renewed first and then replaced, or it was replaced and isn't renewed."""
    for turn in range(6):
        free = enrolled()
        pro = Plan.objects.get(slug="pro")
        provider_id, starts_at = f"sub_{turn}", NOW + PERIOD

        def start_or_renew(
            number: int, free: Subscription = free, pro: Plan = pro, provider_id: str = provider_id
        ) -> None:
            if number:
                renew_what_is_over(NOW + PERIOD)
            else:
                start_subscription(
                    user=free.user,
                    plan=pro,
                    provider_id=provider_id,
                    starts_at=NOW + PERIOD,
                    ends_at=NOW + 2 * PERIOD,
                    now=NOW + PERIOD,
                )

        assert at_once(2, start_or_renew).errors == []
        held = Subscription.objects.holding().get(user=free.user)
        assert (held.plan, held.current_period_start) == (pro, starts_at)
        assert ledger.balance_of(free.user_id) in (350, 400)
        assert free.periods.count() == (ledger.balance_of(free.user_id) - 300) // 50


def test_changes_renewals_resets_and_spending_at_once_neither_deadlock_nor_go_wrong() -> None:
    people = [enrolled("pro") for _ in range(3)]
    staff = UserFactory.create(is_staff=True)
    studio = Plan.objects.get(slug="studio")

    def stir(number: int) -> None:
        for turn in range(6):
            subscription = people[(number + turn) % 3]
            begins = NOW + (turn + 1) * PERIOD
            renew(subscription=subscription, starts_at=begins, ends_at=begins + PERIOD)
            change_plan(subscription=subscription, plan=studio, by=None, now=begins)
            reset_period(user=subscription.user, by=staff, reason="Because.")
            ledger.award_bonus(user=subscription.user, credits=1, key=f"{number}:{turn}", by=None)

    outcomes = at_once(8, stir)

    assert outcomes.errors == []
    assert verify()[1] == []
    for subscription in people:
        keys = list(grants_of(subscription.user))
        assert len(keys) == len(set(keys))
        assert subscription.periods.count() == 1 + 6


def grants_of(user: User) -> list[str | None]:
    grants = CreditTransaction.objects.filter(user=user, type="subscription_grant")
    return list(grants.values_list("idempotency_key", flat=True))


def test_paid_renewals_of_many_periods_at_once_end_in_the_last() -> None:
    user = UserFactory.create()
    pro = Plan.objects.get(slug="pro")
    start_subscription(user=user, plan=pro, provider_id="sub_1", starts_at=NOW, ends_at=NOW + PERIOD, now=NOW)

    def deliver(number: int) -> bool:
        begins = NOW + (number % 6) * PERIOD
        return renew_subscription(provider_id="sub_1", starts_at=begins, ends_at=begins + PERIOD)

    outcomes = at_once(THREADS, deliver)

    assert outcomes.errors == []
    assert outcomes.answers.count(True) == 5
    assert ledger.balance_of(user.pk) == 6 * 300
    assert Subscription.objects.get(user=user).current_period_start == NOW + 5 * PERIOD
