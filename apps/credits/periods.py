"""A subscription's periods: each begins once, brings the plan's credits once, and has the images counted anew.

These are the steps that enrolment, renewal and payment are made of. Each wants the row of the person's credit account
locked by its caller: it is the queue in which a person's requests stand, so that none sees a period half begun.
"""

from datetime import UTC, datetime, timedelta

from apps.accounts.models import Plan, Subscription, User
from apps.accounts.operations import count_anew
from apps.credits import ledger

PERIOD = timedelta(days=30)


def start(*, user: User, plan: Plan, starts_at: datetime, ends_at: datetime, provider_id: str = "") -> Subscription:
    """A new subscription in its first period. No other one of the person's may hold."""
    subscription = Subscription.objects.create(
        user=user, plan=plan, current_period_start=starts_at, current_period_end=ends_at, provider_id=provider_id
    )
    _begin(subscription, plan=plan, starts_at=starts_at, ends_at=ends_at)
    count_anew(user_id=user.pk)
    return subscription


def advance(subscription: Subscription, *, plan: Plan, starts_at: datetime, ends_at: datetime) -> bool:
    """Begins another period of the subscription. False where it had begun before, and then nothing changes.

    Only a later period than the current one moves the subscription. An earlier one that is delivered late, or one of a
    subscription that has ended, was paid for all the same: it brings its credits and leaves the rest alone.
    """
    if not _begin(subscription, plan=plan, starts_at=starts_at, ends_at=ends_at):
        return False
    if subscription.holds and starts_at > subscription.current_period_start:
        _move(subscription, plan=plan, starts_at=starts_at, ends_at=ends_at)
        count_anew(user_id=subscription.user_id)
    return True


def end(subscription: Subscription, *, now: datetime) -> None:
    """Ends the subscription at once. Credits that are left stay."""
    subscription.status, subscription.ended_at = Subscription.Status.CANCELLED, now
    subscription.unpaid_period_start, subscription.next_plan, subscription.ends_with_period = None, None, False
    subscription.save(update_fields=["status", "ended_at", "unpaid_period_start", "next_plan", "ends_with_period"])


def end_and_fall_back(subscription: Subscription, *, now: datetime) -> None:
    """Ends the subscription and has the person go on with the plan that everyone starts on, unless it is that one."""
    end(subscription, now=now)
    if not subscription.plan.is_default:
        default = Plan.objects.get(is_default=True)
        start(user=subscription.user, plan=default, starts_at=now, ends_at=now + PERIOD)


def _begin(subscription: Subscription, *, plan: Plan, starts_at: datetime, ends_at: datetime) -> bool:
    """Records the period and grants its credits; the unique row decides who is first."""
    recorded = {"plan": plan, "ends_at": ends_at, "credits": plan.credits_per_period}
    is_new = subscription.periods.get_or_create(starts_at=starts_at, defaults=recorded)[1]
    if is_new and plan.credits_per_period:
        ledger.grant(
            user=subscription.user,
            credits=plan.credits_per_period,
            key=f"period:{subscription.pk}:{key_of(starts_at)}",
            by=None,
            description=f"{plan.name} plan",
        )
    return is_new


def key_of(starts_at: datetime) -> str:
    """A period's begin as it stands in idempotency keys, whatever time zone it was told in."""
    return starts_at.astimezone(UTC).isoformat()


def _move(subscription: Subscription, *, plan: Plan, starts_at: datetime, ends_at: datetime) -> None:
    """Where a later payment is known to have failed, the subscription stays past due."""
    unpaid = subscription.unpaid_period_start
    if unpaid is None or unpaid <= starts_at:
        subscription.status, subscription.unpaid_period_start = Subscription.Status.ACTIVE, None
    subscription.plan, subscription.next_plan = plan, None
    subscription.current_period_start, subscription.current_period_end = starts_at, ends_at
    subscription.save()
