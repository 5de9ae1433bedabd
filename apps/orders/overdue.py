"""The watch over orders: the next event of each is expected within a time, and somebody is told when it isn't come."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings

from apps.orders import operations
from apps.orders.models import Order
from apps.orders.states import WAITS, Wait

# Those of one stage that are told of in one round; the next round goes on.
BATCH: Final = 500


def tell_overdue(now: datetime) -> int:
    """Logs what has been waiting for too long and wasn't told of; returns how many orders."""
    return sum(operations.record_overdue(order_id, wait, now=now) for wait in WAITS for order_id in _overdue(wait, now))


def patience_for(wait: Wait) -> timedelta:
    """How long an order may wait for it."""
    return {
        "submitted": timedelta(minutes=settings.ORDER_SUBMISSION_MINUTES),
        "shipped": timedelta(days=settings.ORDER_PRODUCTION_DAYS),
        "delivered": timedelta(days=settings.ORDER_DELIVERY_DAYS),
    }[wait.awaiting]


def _overdue(wait: Wait, now: datetime) -> list[UUID]:
    waiting = Order.objects.overdue(wait, since_before=now - patience_for(wait))
    return list(waiting.values_list("pk", flat=True)[:BATCH])
