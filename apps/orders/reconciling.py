"""Asks the print provider after orders of which it hasn't told for a while: its webhooks may never come.

A few at a time, the longest due first. The longer an order has had no news, the more seldom it is asked after. A
provider in trouble ends the round; the next one begins with another order.
"""

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.core.cache import cache

from apps.orders import operations, progress
from apps.orders.models import Order
from apps.orders.operations.reconciling import NEVER, reconcile_after
from apps.orders.providers.errors import NotThere, ProviderError
from apps.orders.providers.printify import Printify

log = structlog.get_logger(__name__)

# A round a minute: a sixth of what the provider allows, so that submissions aren't held up.
BATCH: Final = 100
NEWS_SHARE: Final = 8
MOST_PAUSE: Final = timedelta(days=1)
# Few providers tell of every delivery: after so long no news will come.
GIVE_UP_AFTER: Final = timedelta(days=60)
_QUIET: Final = "printify-wants-quiet"


def reconcile(provider: Printify, *, now: datetime) -> int:
    """Notes what the provider says of orders that are due, as its webhooks would have; returns how many were asked.

    Told before or again, by webhook or by this, each thing is one line.
    """
    asked = 0
    if cache.get(_QUIET):
        return asked
    for order in Order.objects.under_way(due_before=now)[:BATCH]:
        if not operations.claim_reconciling(order, now=now):
            continue
        try:
            _ask(order, provider, now)
        except ProviderError as error:
            _leave_alone(order, error)
            break
        asked += 1
    return asked


def _leave_alone(order: Order, error: ProviderError) -> None:
    """For as long as the provider wants, where it says so."""
    log.warning("orders not reconciled", order=order.number, error=error.message)
    if error.retry_after_s:
        cache.set(_QUIET, value=1, timeout=min(error.retry_after_s, MOST_PAUSE.total_seconds()))


def _ask(order: Order, provider: Printify, now: datetime) -> None:
    """Raises ProviderError, but for an order that the provider doesn't know: that is for a person."""
    try:
        report = provider.order(order.printify_id)
    except NotThere:
        operations.note_provider_issue(order.pk, status="not found", at=now)
    else:
        progress.apply_report(order, report, at=now)
    operations.plan_reconciling(order.pk, at=_next(Order.objects.get(pk=order.pk), now))


def _next(order: Order, now: datetime) -> datetime | None:
    """When to ask again: after an eighth of the time without news; null for never."""
    quiet_for = now - max(filter(None, (order.submitted_at, order.in_production_at, order.shipped_at)), default=now)
    if quiet_for > GIVE_UP_AFTER:
        return NEVER
    return now + min(max(quiet_for / NEWS_SHARE, reconcile_after()), MOST_PAUSE)
