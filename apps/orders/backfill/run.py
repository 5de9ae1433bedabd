"""The backfill from beginning to end: order by order, in the order in which they were opened."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from apps.common.alone import UNLIMITED, alone
from apps.orders.backfill import deliveries, writing
from apps.orders.backfill.stories import Past, story
from apps.orders.log.past import write_past
from apps.orders.models import Cart, Order, Refund, SentMail, Shipment

Row = TypeVar("Row", Shipment, Refund, SentMail)

ORDERS_A_BATCH: Final = 1_000
WRITERS: Final = 2


class AnotherBackfill(Exception):
    """Another process is rebuilding the log of this database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfilled:
    """What became of some orders: how many were looked at, how many had no entries, and the entries they got."""

    looked_at: int = 0
    without: int = 0
    entries: int = 0

    def __add__(self, other: "Backfilled") -> "Backfilled":
        return Backfilled(
            looked_at=self.looked_at + other.looked_at,
            without=self.without + other.without,
            entries=self.entries + other.entries,
        )


class _Position(NamedTuple):
    """Where a walk through the orders has come to."""

    created_at: datetime
    id: UUID


def batches(since: datetime | None) -> int:
    """In how many steps the orders are looked at."""
    return -(-Order.objects.opened_since(since).count() // ORDERS_A_BATCH)


def backfill(*, since: datetime | None, write: bool) -> Iterator[Backfilled]:
    """Gives orders opened since then that have no entries theirs, and yields after each batch of orders.

    A batch is a transaction: cut off anywhere, orders have their whole timeline or none. With ``write`` false nothing
    is written, and what would be is counted. Raises AnotherBackfill.
    """
    with alone("backfill", busy=AnotherBackfill, settings=UNLIMITED), deliveries.gathered():
        yield from _in_threads(partial(_tell, write=write), _batches(since))


def _batches(since: datetime | None) -> Iterator[list[UUID]]:
    position: _Position | None = _Position(since or datetime(1, 1, 2, tzinfo=UTC), UUID(int=0))
    while position:
        order_ids, position = _next(position)
        if order_ids:
            yield order_ids


def _in_threads(tell: Callable[[list[UUID]], Backfilled], given: Iterator[list[UUID]]) -> Iterator[Backfilled]:
    """One thread makes entries while the other waits for the database; no more is read ahead than they can take."""
    with ThreadPoolExecutor(max_workers=WRITERS) as writers:
        going = deque(writers.submit(tell, order_ids) for order_ids in islice(given, 2 * WRITERS))
        while going:
            yield going.popleft().result()
            going += [writers.submit(tell, order_ids) for order_ids in islice(given, 1)]


def _next(position: _Position) -> tuple[list[UUID], _Position | None]:
    """The orders of the next batch, and where the one after it begins."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT created_at, id FROM orders WHERE (created_at, id) >= (%s, %s) ORDER BY created_at, id LIMIT %s",
            [*position, ORDERS_A_BATCH + 1],
        )
        found = [_Position(*row) for row in cursor.fetchall()]
    more = found[ORDERS_A_BATCH:]
    return [each.id for each in found[:ORDERS_A_BATCH]], more[0] if more else None


def _tell(order_ids: Sequence[UUID], *, write: bool) -> Backfilled:
    """The backfill of one batch, in a thread and on a connection of its own."""
    now = timezone.now()
    try:
        pasts = pasts_of(order_ids)
        stories = [writing.entries_of(past.order, story(past), now) for past in pasts]
        entries = [entry for entries in stories for entry in entries]
        acts = [act for entries in stories for act in writing.acts_on(entries, now)]
        written = write_past(entries, acts, backfilled=True) if write and entries else len(entries)
    finally:
        connection.close()
    return Backfilled(looked_at=len(order_ids), without=len(pasts), entries=written)


def pasts_of(order_ids: Sequence[UUID]) -> list[Past]:
    """The pasts of those of the orders that have no entries."""
    orders = Order.objects.filter(pk__in=order_ids).without_activity().defer("shipping_address")
    carts = _recovered_carts(order_ids)
    parcels = _by_order(Shipment.objects.filter(order__in=order_ids).order_by("shipped_at", "number"))
    refunds = _by_order(Refund.objects.filter(order__in=order_ids).order_by("refunded_at", "total_minor"))
    mails = _by_order(SentMail.objects.filter(order__in=order_ids).order_by("sent_at", "pk"))
    told = deliveries.told_of(order_ids)
    return [
        Past(
            order=order,
            carts=carts.get(order.cart_id, ()) if order.cart_id else (),
            parcels=parcels.get(order.pk, ()),
            refunds=refunds.get(order.pk, ()),
            mails=mails.get(order.pk, ()),
            told=told.get(order.pk, ()),
        )
        for order in orders
    ]


def _recovered_carts(order_ids: Sequence[UUID]) -> dict[UUID, list[Cart]]:
    """Carts that were left and came back, by the cart that was bought, which is their own or the one they went into."""
    of_them = Q(orders__in=order_ids) | Q(merged_into__orders__in=order_ids)
    found: dict[UUID, list[Cart]] = {}
    for cart in Cart.objects.filter(of_them, recovered_at__isnull=False).distinct().order_by("pk"):
        found.setdefault(cart.merged_into_id or cart.pk, []).append(cart)
    return found


def _by_order(rows: Iterable[Row]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = {}
    for row in rows:
        if row.order_id:
            found.setdefault(row.order_id, []).append(row)
    return found
