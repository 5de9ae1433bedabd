"""The staff's list of orders: newest first, a page at a time, found by number, address, status and date.

What is searched for stands for at most so many numbers and addresses, each of which is a range of an index. So a page
costs the same however many orders there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2s
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet, Sum

from apps.common import keyset
from apps.common.keyset import BadCursor
from apps.orders.models import OpenProblem, Order

PAGE: Final = 50
MOST_NUMBERS: Final = 50
MOST_ADDRESSES: Final = 20
# Comes after every text that begins with what stands before it.
_END: Final = "\U0010ffff"

_ADDRESSES: Final = """
WITH RECURSIVE address (email) AS (
  (SELECT lower(email) COLLATE "C" FROM orders
    WHERE lower(email) COLLATE "C" >= %(email)s AND lower(email) COLLATE "C" < %(end)s
    ORDER BY lower(email) COLLATE "C" LIMIT 1)
  UNION ALL
  SELECT (SELECT lower(orders.email) COLLATE "C" FROM orders
           WHERE lower(orders.email) COLLATE "C" > address.email AND lower(orders.email) COLLATE "C" < %(end)s
           ORDER BY lower(orders.email) COLLATE "C" LIMIT 1)
    FROM address WHERE address.email IS NOT NULL)
SELECT email FROM address WHERE email IS NOT NULL LIMIT %(most)s
"""

_FOUND: Final = """
WITH found AS (
  (SELECT id, created_at, status FROM orders WHERE number ~>=~ %(number)s AND number ~<~ %(numbers_end)s
    ORDER BY number DESC LIMIT {numbers})
  UNION
  SELECT id, created_at, status FROM orders WHERE printify_id = %(exactly)s AND printify_id <> ''
  UNION
  SELECT id, created_at, status FROM orders
   WHERE stripe_payment_intent_id = %(exactly)s AND stripe_payment_intent_id <> ''
  UNION
  SELECT id, created_at, status FROM orders WHERE imported_from = %(exactly)s
  UNION
  SELECT theirs.* FROM unnest(%(addresses)s::text[]) AS address (email), LATERAL (
    SELECT id, created_at, status FROM orders
     WHERE lower(email) COLLATE "C" = address.email COLLATE "C" AND {conditions}
     ORDER BY created_at DESC, id DESC LIMIT %(limit)s) AS theirs)
SELECT id FROM found WHERE {conditions} ORDER BY created_at DESC, id DESC LIMIT %(limit)s
"""


class Position(NamedTuple):
    """Where an order stands in the list."""

    created_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilters:
    """Which orders are asked for. ``text`` begins a number or an address, or is a provider's id."""

    text: str = ""
    status: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def fingerprint(self) -> str:
        """A short text that differs for different filters: a cursor belongs to the filters it was made for."""
        values = repr((self.text, self.status, self.since, self.until))
        return blake2s(values.encode(), digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Some orders with their lines, how much is open about each, and where to go on; ``cut`` where what was searched
    for begins more addresses than are looked at."""

    orders: tuple[Order, ...]
    open_problems: dict[UUID, int]
    next: Position | None
    cut: bool = False


def order_page(filters: OrderFilters, after: Position | None = None, *, limit: int = PAGE) -> OrderPage:
    """The newest orders that the filters leave, or those after the position."""
    orders, cut = _orders(*_from_one_end(filters, after), limit + 1)
    found = tuple(orders.prefetch_related("lines"))
    last = found[limit - 1] if len(found) > limit else None
    page = found[:limit]
    return OrderPage(page, _open_problems(page), Position(last.created_at, last.pk) if last else None, cut)


def order_named(text: str) -> UUID | None:
    """The order with the number, however it is written, or with the ID."""
    found = Order.objects.filter(number=text.strip().upper()).values_list("pk", flat=True).first()
    if found:
        return found
    try:
        return Order.objects.filter(pk=UUID(text)).values_list("pk", flat=True).first()
    except ValueError:
        return None


def encode(position: Position, filters: OrderFilters) -> str:
    """The position as a text for addresses, bound to the filters it was made for."""
    return keyset.encode({"t": position.created_at.isoformat(), "i": str(position.id), "f": filters.fingerprint})


def decode(cursor: str, filters: OrderFilters) -> Position:
    """The position of a text. Raises BadCursor where it is malformed or was made for other filters."""
    parts = keyset.decode(cursor, ("t", "i", "f"))
    if parts["f"] != filters.fingerprint:
        raise BadCursor
    return Position(keyset.read_time(parts["t"]), keyset.read_uuid(parts["i"]))


def _from_one_end(filters: OrderFilters, after: Position | None) -> tuple[OrderFilters, Position | None]:
    """The same with the lower upper bound alone: an index is read from the first one it is given."""
    if after is None or filters.until is None:
        return filters, after
    return (replace(filters, until=None), after) if after.created_at < filters.until else (filters, None)


def _orders(filters: OrderFilters, after: Position | None, limit: int) -> tuple[QuerySet[Order], bool]:
    if filters.text:
        ids, cut = _search(filters, after, limit)
        return Order.objects.filter(pk__in=ids).newest_first(), cut
    orders: QuerySet[Order] = Order.objects.newest_first()
    orders = orders.filter(status=filters.status) if filters.status else orders
    orders = orders.filter(created_at__gte=filters.since) if filters.since else orders
    orders = orders.filter(created_at__lt=filters.until) if filters.until else orders
    if after:
        orders = keyset.before(orders, ("created_at", "id"), after)
    return orders[:limit], False


def _search(filters: OrderFilters, after: Position | None, limit: int) -> tuple[list[UUID], bool]:
    text = filters.text.strip()
    addresses = _addresses(text.lower())
    conditions = _conditions(filters, after)
    number = text.upper()
    params: dict[str, Any] = {
        "number": number, "numbers_end": number + _END, "exactly": text, "addresses": addresses, "limit": limit,
        "status": filters.status, "since": filters.since, "until": filters.until,
        "at": after and after.created_at, "id": after and after.id,
    }  # fmt: skip
    query = _FOUND.format(conditions=" AND ".join(conditions) or "true", numbers=MOST_NUMBERS)
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return [row[0] for row in cursor.fetchall()], len(addresses) == MOST_ADDRESSES


def _conditions(filters: OrderFilters, after: Position | None) -> list[str]:
    conditions = ["status = %(status)s"] if filters.status else []
    conditions += ["created_at >= %(since)s"] if filters.since else []
    conditions += ["created_at < %(until)s"] if filters.until else []
    return conditions + (["(created_at, id) < (%(at)s, %(id)s)"] if after else [])


def _addresses(beginning: str) -> list[str]:
    """The first addresses that begin so, each once: a step of the index an address, however many orders it has."""
    with connection.cursor() as cursor:
        cursor.execute(_ADDRESSES, {"email": beginning, "end": beginning + _END, "most": MOST_ADDRESSES})
        return [row[0] for row in cursor.fetchall()]


def _open_problems(orders: Sequence[Order]) -> dict[UUID, int]:
    """How many entries about each of the orders need a person."""
    rows: Any = OpenProblem.objects.filter(order__in=[order.pk for order in orders]).values("order_id")
    return {row["order_id"]: row["entries"] for row in rows.annotate(entries=Sum("entries"))}
