"""What the staff write about an order for one another."""

from uuid import UUID

from apps.accounts.models import User
from apps.orders.log import log_event
from apps.orders.models import Order
from apps.orders.operations.facts import source_key


def add_note(order: Order, *, text: str, by: User, key: UUID) -> None:
    """A comment in the order's story; told again under the same key, it stays one."""
    log_event(
        "order.note",
        order=order,
        payload={"text": text, "author": by.email},
        source_key=source_key(order.pk, "order.note", key),
    )
