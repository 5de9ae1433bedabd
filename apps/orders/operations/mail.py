"""Mail about an order that was accepted for delivery: noted once, logged once a mail."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.orders.log import log_event
from apps.orders.models import Order
from apps.orders.operations.facts import source_key


def record_confirmation_sent(order_id: UUID, *, recipient: str, message_id: str, at: datetime) -> None:
    """The confirmation is on its way."""
    mail = {"recipient": recipient, "message_id": message_id}
    _record(order_id, "confirmation_sent_at", "order.email.confirmation_sent", mail, at=at)


def record_shipping_notice_sent(order_id: UUID, *, recipient: str, message_id: str, at: datetime) -> None:
    """The shipping notice is on its way."""
    mail = {"recipient": recipient, "message_id": message_id}
    _record(order_id, "shipping_notice_sent_at", "order.email.shipping_sent", mail, at=at)


@transaction.atomic
def _record(order_id: UUID, column: str, event_type: str, mail: dict[str, Any], *, at: datetime) -> None:
    """The column keeps the first of its kind; a mail that is sent again is a line of its own, told by its id."""
    Order.objects.filter(pk=order_id, **{column: None}).update(**{column: at})
    log_event(
        event_type,
        order=Order.objects.get(pk=order_id),
        payload=mail,
        occurred_at=at,
        source_key=source_key(order_id, event_type, mail["message_id"]),
    )
