"""What should have come and didn't: told once an order and stage, and mended by the event itself when it comes."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.orders.log import log_event
from apps.orders.models import Order
from apps.orders.operations.facts import source_key
from apps.orders.states import Wait


@transaction.atomic
def record_overdue(order_id: UUID, wait: Wait, *, now: datetime) -> bool:
    """The order waits for too long. False where it has gone on meanwhile, or was told of before.

    What is waited for changes the same row, so it comes before this or mends it.
    """
    status = wait.since.status
    waiting = Order.objects.filter(pk=order_id, status=status).exclude(overdue_told=status)
    if not waiting.update(overdue_told=status):
        return False
    order = Order.objects.get(pk=order_id)
    since: datetime = getattr(order, wait.since.column)
    log_event(
        "order.overdue",
        order=order,
        payload={"awaiting": wait.awaiting, "waited_s": int((now - since).total_seconds())},
        source_key=source_key(order_id, "order.overdue", wait.awaiting),
    )
    return True
