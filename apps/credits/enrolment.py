"""A person's first plan, and the credits that come with it."""

from datetime import datetime

from django.db import transaction

from apps.accounts.models import Plan, Subscription, User
from apps.accounts.usage import active_subscription
from apps.credits import ledger, periods
from apps.credits.periods import PERIOD


@transaction.atomic
def enrol(*, user: User, plan: Plan, now: datetime) -> Subscription:
    """Puts the person on the plan, with the credits of the period that begins now. Who is on one stays on it."""
    ledger.lock_account(user.pk)
    held = active_subscription(user)
    return held or periods.start(user=user, plan=plan, starts_at=now, ends_at=now + PERIOD)


@transaction.atomic
def resume(*, user: User, plan: Plan, starts_at: datetime) -> Subscription:
    """Puts a person who comes with a past on the plan, in a period that began elsewhere.

    Its credits are among the movements that were copied in, so none are granted; images count from its begin.
    """
    subscription = Subscription.objects.create(
        user=user, plan=plan, current_period_start=starts_at, current_period_end=starts_at + PERIOD
    )
    subscription.periods.create(
        plan=plan, starts_at=starts_at, ends_at=subscription.current_period_end, credits=plan.credits_per_period
    )
    User.objects.filter(pk=user.pk).update(last_reset_date=starts_at)
    return subscription
