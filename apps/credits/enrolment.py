"""A person's first plan, and the credits that come with it."""

from datetime import UTC, datetime, timedelta

from django.db import transaction

from apps.accounts.models import Plan, Subscription, User
from apps.credits import ledger

PERIOD = timedelta(days=30)


@transaction.atomic
def enrol(*, user: User, plan: Plan, now: datetime) -> Subscription:
    """Puts the person on the plan and grants the credits of the period that begins now; again, it changes nothing."""
    subscription, is_new = Subscription.objects.active().get_or_create(
        user=user, defaults={"plan": plan, "current_period_start": now, "current_period_end": now + PERIOD}
    )
    if is_new:
        User.objects.filter(pk=user.pk).update(last_reset_date=now)
        grant_period(subscription)
    return subscription


def grant_period(subscription: Subscription) -> ledger.Entry | None:
    """Grants the plan's credits for the subscription's current period, once per period however often it is asked.

    None where the plan gives none.
    """
    plan = subscription.plan
    if not plan.credits_per_period:
        return None
    period = subscription.current_period_start.astimezone(UTC).isoformat()
    return ledger.grant(
        user=subscription.user,
        credits=plan.credits_per_period,
        key=f"period:{subscription.pk}:{period}",
        by=None,
        description=f"{plan.name} plan",
    )
