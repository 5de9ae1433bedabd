"""Going from one plan to another: more holds at once, less when the period ends, and to and fro brings nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.accounts.models import Plan, Subscription, User
from apps.accounts.usage import active_subscription
from apps.credits import ledger
from apps.credits.enrolment import enrol
from apps.credits.models import CreditTransaction
from apps.credits.periods import end
from apps.credits.plan_changes import Effect, NeedsPayment, SubscriptionEnded, change_plan, choose_plan
from apps.credits.renewal import renew_what_is_over

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PERIOD, DAY = timedelta(days=30), timedelta(days=1)


@pytest.fixture
def plans(db: None) -> dict[str, Plan]:
    """The plans by slug: free (50 images, 50 credits), and beside the paid ones a bigger and a different free one."""
    Plan.objects.create(slug="club", name="Club", images_per_period=80, credits_per_period=110)
    Plan.objects.create(slug="sketch", name="Sketch", images_per_period=200, credits_per_period=40)
    return {plan.slug: plan for plan in Plan.objects.all()}


@pytest.fixture
def subscription(owner: User, plans: dict[str, Plan]) -> Subscription:
    """The owner's, on the free plan since NOW, with 7 images made."""
    subscription = enrol(user=owner, plan=plans["free"], now=NOW)
    User.objects.filter(pk=owner.pk).update(current_period_count=7)
    return subscription


def change(subscription: Subscription, plan: Plan, *, after: timedelta = timedelta()) -> Effect:
    effect = change_plan(subscription=subscription, plan=plan, by=subscription.user, now=NOW + after)
    subscription.refresh_from_db()
    return effect


def test_more_holds_at_once_with_the_share_of_the_credits_that_is_left(
    subscription: Subscription, plans: dict[str, Plan]
) -> None:
    assert change(subscription, plans["club"], after=10 * DAY) is Effect.AT_ONCE
    grant = CreditTransaction.objects.newest_first()[0]
    assert (subscription.plan, subscription.next_plan) == (plans["club"], None)
    assert (grant.amount, grant.recorded_by) == (60 * 20 // 30, subscription.user)
    assert grant.description == "Club plan, rest of the period"


def test_a_change_leaves_the_period_and_its_count_alone(subscription: Subscription, plans: dict[str, Plan]) -> None:
    change(subscription, plans["club"], after=10 * DAY)
    subscription.user.refresh_from_db()
    assert subscription.current_period_end == NOW + PERIOD
    assert subscription.user.current_period_count == 7


def test_less_holds_when_the_period_ends(subscription: Subscription, plans: dict[str, Plan]) -> None:
    change(subscription, plans["club"])
    assert change(subscription, plans["free"], after=DAY) is Effect.AT_PERIOD_END
    assert (subscription.plan, subscription.next_plan) == (plans["club"], plans["free"])

    renew_what_is_over(NOW + PERIOD)

    subscription.refresh_from_db()
    assert (subscription.plan, subscription.next_plan) == (plans["free"], None)
    assert ledger.balance_of(subscription.user_id) == 110 + 50


def test_a_plan_with_more_images_but_fewer_credits_holds_when_the_period_ends(
    subscription: Subscription, plans: dict[str, Plan]
) -> None:
    assert change(subscription, plans["sketch"]) is Effect.AT_PERIOD_END


def test_choosing_ones_own_plan_withdraws_the_change_to_come(
    subscription: Subscription, plans: dict[str, Plan]
) -> None:
    change(subscription, plans["sketch"])
    assert change(subscription, plans["free"]) is Effect.STAYS
    renew_what_is_over(NOW + PERIOD)
    subscription.refresh_from_db()
    assert (subscription.plan, subscription.next_plan) == (plans["free"], None)


def test_to_and_fro_brings_nothing(subscription: Subscription, plans: dict[str, Plan]) -> None:
    for day in range(1, 20):
        change(subscription, plans[("club", "free")[day % 2]], after=day * DAY)
    assert ledger.balance_of(subscription.user_id) <= 110


def test_a_change_after_the_period_has_ended_brings_no_credits_for_it(
    subscription: Subscription, plans: dict[str, Plan]
) -> None:
    assert change(subscription, plans["club"], after=PERIOD + DAY) is Effect.AT_ONCE
    assert ledger.balance_of(subscription.user_id) == 50


def test_a_clock_that_ran_backwards_brings_no_more_than_a_whole_period(
    subscription: Subscription, plans: dict[str, Plan]
) -> None:
    change(subscription, plans["club"], after=-90 * DAY)
    assert ledger.balance_of(subscription.user_id) == 110


def test_what_has_ended_is_not_changed(subscription: Subscription, plans: dict[str, Plan]) -> None:
    end(subscription, now=NOW)
    with pytest.raises(SubscriptionEnded):
        change(subscription, plans["club"])
    assert ledger.balance_of(subscription.user_id) == 50


def test_going_on_withdraws_the_end_with_the_period(subscription: Subscription, plans: dict[str, Plan]) -> None:
    Subscription.objects.filter(pk=subscription.pk).update(ends_with_period=True)
    change(subscription, plans["sketch"])
    assert (subscription.ends_with_period, subscription.next_plan) == (False, plans["sketch"])


def test_a_plan_that_is_paid_for_cannot_just_be_chosen(
    owner: User, subscription: Subscription, plans: dict[str, Plan]
) -> None:
    for slug in ("pro", "studio"):
        with pytest.raises(NeedsPayment):
            choose_plan(user=owner, plan=plans[slug], by=owner, now=NOW)
    subscription.refresh_from_db()
    assert (subscription.plan, subscription.next_plan) == (plans["free"], None)


def test_what_a_provider_is_paid_for_cannot_just_be_left(
    owner: User, subscription: Subscription, plans: dict[str, Plan]
) -> None:
    Subscription.objects.filter(pk=subscription.pk).update(provider_id="sub_1", plan=plans["pro"])
    with pytest.raises(NeedsPayment):
        choose_plan(user=owner, plan=plans["free"], by=owner, now=NOW)


def test_a_paid_plan_that_was_given_without_payment_can_be_left_and_kept(owner: User, plans: dict[str, Plan]) -> None:
    enrol(user=owner, plan=plans["pro"], now=NOW)
    assert choose_plan(user=owner, plan=plans["free"], by=owner, now=NOW) is Effect.AT_PERIOD_END
    assert choose_plan(user=owner, plan=plans["pro"], by=owner, now=NOW) is Effect.STAYS


def test_who_has_no_plan_starts_on_the_one_they_choose(owner: User, plans: dict[str, Plan]) -> None:
    assert choose_plan(user=owner, plan=plans["club"], by=owner, now=NOW) is Effect.AT_ONCE
    held = active_subscription(owner)
    assert held
    assert held.plan == plans["club"]
    assert ledger.balance_of(owner.pk) == 110


@pytest.mark.parametrize(
    ("one", "other", "at_least"),
    [
        ((50, 50), (50, 50), True),
        ((None, 50), (50, 50), True),
        ((None, 50), (None, 50), True),
        ((50, 50), (None, 50), False),
        ((80, 40), (50, 50), False),
        ((40, 80), (50, 50), False),
        ((0, 1), (0, 0), True),
    ],
)
def test_a_plan_gives_at_least_as_much_when_nothing_of_it_is_less(
    one: tuple[int | None, int], other: tuple[int | None, int], *, at_least: bool
) -> None:
    first, second = (Plan(images_per_period=images, credits_per_period=credits) for images, credits in (one, other))
    assert first.gives_at_least(second) is at_least
