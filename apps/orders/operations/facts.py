"""Noting a fact about an order: once, by a conditional update that decides who logs it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.orders.log import log_event
from apps.orders.models import Order
from apps.orders.states import Fact


def source_key(order_id: UUID, event_type: str, *which: object) -> str:
    """What makes a line about an order unique; the backfill makes the same one."""
    return ":".join(["order", str(order_id), event_type, *(str(each) for each in which)])


@transaction.atomic
def note(
    order_id: UUID,
    fact: Fact,
    *,
    at: datetime,
    event_type: str | None,
    payload: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Order | None:
    """The order, if this caller is the first to tell the fact; ``changes`` are made with it. Null if it was known."""
    unknown = Order.objects.filter(pk=order_id, **{f"{fact.column}__isnull": True})
    if not unknown.update(**{fact.column: at}, **changes):
        return None
    order = Order.objects.get(pk=order_id)
    if event_type:
        log_event(event_type, order=order, payload=payload, occurred_at=at, source_key=source_key(order_id, event_type))
    return order
