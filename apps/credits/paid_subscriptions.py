"""Subscriptions that a payment provider keeps: what its webhooks tell us, under its own ids and periods' begins.

Deliveries come more than once and in any order. Each of these can be repeated, and the outcome is the same in whatever
order they come: every period that was paid for is granted once, the latest of them holds, and the subscription is past
due while the last payment that failed is for a later period than the last one that was paid.

Past due, the plan's limit and the count hold on as they stand and credits that are left can be used; no period begins.
"""

from datetime import datetime

from django.db import transaction

from apps.accounts.models import Plan, Subscription, User
from apps.accounts.usage import active_subscription
from apps.credits import ledger, periods
from apps.credits.plan_changes import change_plan
from apps.credits.renewal import renew


class UnknownSubscription(Exception):
    """No subscription has the provider's id, perhaps because its start hasn't been delivered yet."""


@transaction.atomic
def start_subscription(
    *, user: User, plan: Plan, provider_id: str, starts_at: datetime, ends_at: datetime, now: datetime
) -> Subscription:
    """A paid subscription begins, in place of the one the person has. Delivered again, it is the same one.

    A start that comes late, after another paid subscription with a later period, brings its credits and has ended.
    """
    ledger.lock_account(user.pk)
    known = user.subscriptions.with_plans().filter(provider_id=provider_id).first()
    if known:
        periods.advance(known, plan=plan, starts_at=starts_at, ends_at=ends_at)
        return known
    held = active_subscription(user)
    if held and held.provider_id and held.current_period_start > starts_at:
        return _ended_before_it_began(
            Subscription(
                user=user,
                plan=plan,
                provider_id=provider_id,
                current_period_start=starts_at,
                current_period_end=ends_at,
            ),
            now,
        )
    if held:
        periods.end(held, now=now)
    return periods.start(user=user, plan=plan, starts_at=starts_at, ends_at=ends_at, provider_id=provider_id)


def renew_subscription(*, provider_id: str, starts_at: datetime, ends_at: datetime, plan: Plan | None = None) -> bool:
    """A period was paid for. False where that was delivered before. Raises UnknownSubscription."""
    return renew(subscription=_found(provider_id), starts_at=starts_at, ends_at=ends_at, plan=plan)


@transaction.atomic
def mark_past_due(*, provider_id: str, unpaid_from: datetime) -> bool:
    """The payment for the period that begins then has failed. False where that period was paid meanwhile, or a later
    one, or the subscription has ended. Raises UnknownSubscription.
    """
    known = _locked(provider_id)
    if not known.holds or unpaid_from <= known.current_period_start:
        return False
    known.status = Subscription.Status.PAST_DUE
    known.unpaid_period_start = max(unpaid_from, known.unpaid_period_start or unpaid_from)
    known.save(update_fields=["status", "unpaid_period_start"])
    return True


@transaction.atomic
def follow_provider(*, provider_id: str, plan: Plan | None, ends_with_period: bool, at: datetime) -> bool:
    """How the subscription goes on, as the provider said at that time: on which plan, and whether it ends with its
    period. False where something later was said before, or it has ended. Raises UnknownSubscription.

    Until the period ends everything stays but for a plan that gives more; an end makes a change to come moot.
    """
    known = _locked(provider_id)
    if not known.holds or (known.told_at and at < known.told_at):
        return False
    if plan and plan != (known.next_plan or known.plan):
        change_plan(subscription=known, plan=plan, by=None, now=at)
        known.refresh_from_db()
    known.told_at, known.ends_with_period = at, ends_with_period
    known.next_plan = None if ends_with_period else known.next_plan
    known.save(update_fields=["told_at", "ends_with_period", "next_plan"])
    return True


@transaction.atomic
def end_subscription(*, provider_id: str, now: datetime) -> bool:
    """The subscription is over; the person goes on with the plan that everyone starts on. False where it was before.

    Raises UnknownSubscription.
    """
    known = _locked(provider_id)
    if not known.holds:
        return False
    periods.end_and_fall_back(known, now=now)
    return True


def _found(provider_id: str) -> Subscription:
    try:
        return Subscription.objects.exclude(provider_id="").get(provider_id=provider_id)
    except Subscription.DoesNotExist:
        raise UnknownSubscription(provider_id) from None


def _locked(provider_id: str) -> Subscription:
    """The subscription as it is once the person's account is held."""
    ledger.lock_account(_found(provider_id).user_id)
    return Subscription.objects.with_plans().get(provider_id=provider_id)


def _ended_before_it_began(late: Subscription, now: datetime) -> Subscription:
    """Stores the subscription as one that is over, and grants its first period."""
    late.status, late.ended_at = Subscription.Status.CANCELLED, now
    late.save()
    starts_at, ends_at = late.current_period_start, late.current_period_end
    periods.advance(late, plan=late.plan, starts_at=starts_at, ends_at=ends_at)
    return late
