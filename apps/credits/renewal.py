"""Renewal: a subscription goes on to its next period, once, however often and in whatever order that is asked.

Where a provider takes the payment, each period is delivered with its own begin, and each that was paid for is granted,
late ones too. Plans without payment are renewed here when their period is over. If nobody did that for so long that
whole periods went by, the person goes on in the period of today, on the days they are used to; the credits of what was
missed aren't granted: a plan's credits are for a period's use, and months of them at once would be a present that
nobody decided on. The log says how many were missed, and an adjustment can make up for them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction

from apps.accounts.models import Plan, Subscription
from apps.credits import ledger, periods
from apps.credits.periods import PERIOD

log = structlog.get_logger(__name__)

BATCH = 500


@dataclass(frozen=True, slots=True)
class Renewed:
    """How many subscriptions went on or ended, and how many couldn't."""

    done: int
    failed: int


@transaction.atomic
def renew(*, subscription: Subscription, starts_at: datetime, ends_at: datetime, plan: Plan | None = None) -> bool:
    """Begins the period, with its credits and the images counted anew. False where it was delivered before.

    The plan is what was paid for; where nobody says, the one that the person chose to go on with, or the one they have.
    A period earlier than the current one brings its credits and moves nothing.
    """
    ledger.lock_account(subscription.user_id)
    held = Subscription.objects.with_plans().get(pk=subscription.pk)
    chosen = held.next_plan if starts_at > held.current_period_start else None
    return periods.advance(held, plan=plan or chosen or held.plan, starts_at=starts_at, ends_at=ends_at)


def renew_what_is_over(now: datetime) -> Renewed:
    """Renews every plan without payment whose period has ended, and ends what was cancelled for then.

    One after the other, each in a transaction of its own; one that fails holds up no other and is tried again later.
    """
    outcomes = [_tried(pk, user_id, now) for pk, user_id in _over(now)]
    return Renewed(done=outcomes.count(True), failed=outcomes.count(None))


@transaction.atomic
def go_on(*, subscription_id: int, user_id: int, now: datetime) -> bool:
    """Takes one subscription whose period is over into the period of today, or ends it. False where that was done."""
    ledger.lock_account(user_id)
    over = (
        Subscription.objects.ours_to_renew(now).with_plans().select_related("user").filter(pk=subscription_id).first()
    )
    if over is None:
        return False
    if over.ends_with_period:
        periods.end_and_fall_back(over, now=now)
        return True
    missed = (now - over.current_period_end) // PERIOD
    if missed:
        log.warning("periods missed", subscription_id=over.pk, user_id=user_id, missed=missed)
    starts_at = over.current_period_end + missed * PERIOD
    return periods.advance(over, plan=over.next_plan or over.plan, starts_at=starts_at, ends_at=starts_at + PERIOD)


def _tried(subscription_id: int, user_id: int, now: datetime) -> bool | None:
    try:
        return go_on(subscription_id=subscription_id, user_id=user_id, now=now)
    except Exception:  # the boundary of one subscription: whatever broke, the others go on
        log.exception("renewal broke", subscription_id=subscription_id, user_id=user_id)
        return None


def _over(now: datetime) -> Iterator[tuple[int, int]]:
    """Subscriptions and their people, in batches by id, so that those that fail don't come round again."""
    last = 0
    while batch := list(
        Subscription.objects.ours_to_renew(now).filter(pk__gt=last).order_by("pk").values_list("pk", "user_id")[:BATCH]
    ):
        yield from batch
        last = batch[-1][0]
