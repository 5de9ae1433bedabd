"""Going from one plan to another.

A plan that gives at least as much in images and in credits holds at once: its limit for the period that runs, and of
the credits it gives more, the share of the period that is left, rounded down. Nothing is taken and the period goes on.
Any other plan holds when the period ends, so that nobody loses what a period has brought. As the plan only rises within
a period, changing to and fro brings nothing: a period never gives more than the greatest of its plans would have.
"""

from datetime import datetime, timedelta
from enum import Enum, auto

from django.db import transaction

from apps.accounts.models import Plan, Subscription, User
from apps.accounts.usage import active_subscription
from apps.credits import ledger, periods
from apps.credits.enrolment import enrol


class Effect(Enum):
    """When a change of plan holds."""

    AT_ONCE = auto()
    AT_PERIOD_END = auto()
    STAYS = auto()


class NeedsPayment(Exception):
    """The plan, or the one that it would replace, is paid for at a provider; nothing was changed."""


class SubscriptionEnded(Exception):
    """There is nothing left to change; nothing was."""


def choose_plan(*, user: User, plan: Plan, by: User, now: datetime) -> Effect:
    """A person's own choice among plans without payment; their own plan undoes a choice made before.

    Raises NeedsPayment.
    """
    held = active_subscription(user)
    if not can_choose(plan, held):
        raise NeedsPayment
    if held:
        return change_plan(subscription=held, plan=plan, by=by, now=now)
    enrol(user=user, plan=plan, now=now)
    return Effect.AT_ONCE


def can_choose(plan: Plan, held: Subscription | None) -> bool:
    """Whether a person may go from what they have to the plan without a payment, or stay on it."""
    if held is None:
        return plan.is_free
    return not held.provider_id and (plan.is_free or plan == held.plan)


def can_buy(plan: Plan, held: Subscription | None) -> bool:
    """Whether a person may subscribe to the plan: it costs something, isn't theirs, and they pay for no other."""
    return not plan.is_free and (held is None or (not held.provider_id and plan != held.plan))


@transaction.atomic
def change_plan(*, subscription: Subscription, plan: Plan, by: User | None, now: datetime) -> Effect:
    """Changes the plan at once or at the period's end, as the rule above has it. Raises SubscriptionEnded.

    The plan that the person has already withdraws a change to come. ``by`` is null where a provider says so.
    """
    ledger.lock_account(subscription.user_id)
    held = Subscription.objects.with_plans().get(pk=subscription.pk)
    if not held.holds:
        raise SubscriptionEnded
    if plan == held.plan:
        return _stay(held)
    if plan.gives_at_least(held.plan):
        return _rise(held, plan, by, now)
    return _follow(held, plan)


def share_left(subscription: Subscription, credits: int, now: datetime) -> int:
    """Of credits for a whole period, what falls on the rest of this one; rounded down."""
    left = min(max(subscription.current_period_end - now, timedelta()), _length(subscription))
    return credits * left // _length(subscription)


def _length(subscription: Subscription) -> timedelta:
    return subscription.current_period_end - subscription.current_period_start


def _stay(held: Subscription) -> Effect:
    _go_on_with(held, plan=held.plan, next_plan=None)
    return Effect.STAYS


def _follow(held: Subscription, plan: Plan) -> Effect:
    _go_on_with(held, plan=held.plan, next_plan=plan)
    return Effect.AT_PERIOD_END


def _rise(held: Subscription, plan: Plan, by: User | None, now: datetime) -> Effect:
    credits = share_left(held, plan.credits_per_period - held.plan.credits_per_period, now)
    _go_on_with(held, plan=plan, next_plan=None)
    if credits:
        ledger.grant(
            user=held.user,
            credits=credits,
            key=f"rise:{held.pk}:{periods.key_of(held.current_period_start)}:{plan.pk}",
            by=by,
            description=f"{plan.name} plan, rest of the period",
        )
    return Effect.AT_ONCE


def _go_on_with(held: Subscription, *, plan: Plan, next_plan: Plan | None) -> None:
    """Whoever chooses how to go on doesn't end."""
    held.plan, held.next_plan, held.ends_with_period = plan, next_plan, False
    held.save(update_fields=["plan", "next_plan", "ends_with_period"])
