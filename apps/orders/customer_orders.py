"""A customer's own orders: the list, and one of them with all that the customer may see of it."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from apps.accounts.models import User
from apps.common import keyset
from apps.orders.models import Order, OrderLine, ProductPicture

PAGE = 20


@dataclass(frozen=True, slots=True)
class OrdersPage:
    """Some orders, newest first, and the cursor of those after them; empty on the last page."""

    orders: tuple[Order, ...]
    next_cursor: str


def orders_of(user: User, *, cursor: str = "") -> OrdersPage:
    """The person's orders that were paid for. Raises BadCursor."""
    orders: QuerySet[Order] = user.orders.placed().newest_first().prefetch_related("lines")
    if cursor:
        orders = keyset.before(orders, ("created_at", "id"), _position(cursor))
    found = tuple(orders[: PAGE + 1])
    return OrdersPage(found[:PAGE], _cursor(found[PAGE - 1]) if len(found) > PAGE else "")


def order_of(user: User, order_id: UUID) -> Order | None:
    """One of the person's own orders, paid or not."""
    return _whole(user.orders.all(), order_id)


def guests_order(order_id: UUID) -> Order | None:
    """An order that nobody signed in for; those of people are seen by these people only."""
    return _whole(Order.objects.filter(user=None), order_id)


def whole_order(order_id: UUID) -> Order | None:
    """An order, whosever it is: for mail to its customer."""
    return _whole(Order.objects.all(), order_id)


def _whole(orders: QuerySet[Order], order_id: UUID) -> Order | None:
    return orders.prefetch_related(_lines(), "shipments", "refunds").filter(pk=order_id).first()


def _lines() -> Prefetch:  # type: ignore[type-arg]  # generic for the type checker only
    pictures = ProductPicture.objects.exclude(file="").order_by("position")
    lines = OrderLine.objects.select_related("variant", "image__job").order_by("position")
    return Prefetch("lines", lines.prefetch_related(Prefetch("variant__product__pictures", pictures)))


def _cursor(order: Order) -> str:
    return keyset.encode({"t": order.created_at.isoformat(), "i": str(order.pk)})


def _position(cursor: str) -> tuple[object, object]:
    parts = keyset.decode(cursor, ("t", "i"))
    return keyset.read_time(parts["t"]), keyset.read_uuid(parts["i"])
