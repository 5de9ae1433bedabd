"""What providers told of orders and no order keeps, from the messages that are still stored.

It is gathered in a table of the backfill's own, by the order it is about, so that memory stays flat whatever is stored.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from apps.common.progress import track
from apps.orders.progress import ISSUES, MADE, ROUTINE
from apps.orders.providers.reports import CANCELLED, text
from apps.orders.webhook_handlers import mail, stripe_messages
from apps.orders.webhook_handlers.printify import read_message
from apps.webhooks.models import DeliveryStatus, WebhookDelivery, WebhookDeliveryQuerySet
from apps.webhooks.processing import SURPRISES

_ROWS_A_COPY: Final = 2_000
# By which of its names a message calls an order.
ORDER, PAYMENT, PRINTIFY, MAIL = "order", "payment", "printify", "mail"


class Told(NamedTuple):
    """One thing that a message told of an order, which ``name`` names in the way of ``named_by``.

    An empty ``event_type`` is a status at the printer of which nobody had to hear. ``which`` is what follows the order
    and the type in the entry's source key, or the whole key where it doesn't begin with them.
    """

    named_by: str
    name: str
    event_type: str
    payload: Mapping[str, Any]
    occurred_at: datetime
    which: str
    level: str | None = None


_TABLE: Final = """
DROP TABLE IF EXISTS backfill_told;
CREATE UNLOGGED TABLE backfill_told (
  place bigint GENERATED ALWAYS AS IDENTITY, order_id uuid, named_by text, name text, event_type text, payload jsonb,
  occurred_at timestamptz, which text, level text)
"""
_FIND_ORDERS: Final = """
UPDATE backfill_told AS told SET order_id = it.id FROM orders AS it
 WHERE named_by = 'order' AND it.id::text = told.name;
UPDATE backfill_told AS told SET order_id = it.id FROM orders AS it
 WHERE named_by = 'payment' AND it.stripe_payment_intent_id <> '' AND it.stripe_payment_intent_id = told.name;
UPDATE backfill_told AS told SET order_id = it.id FROM orders AS it
 WHERE named_by = 'printify' AND it.printify_id <> '' AND it.printify_id = told.name;
UPDATE backfill_told AS told
   SET order_id = it.order_id, payload = payload || jsonb_build_object('mail', it.kind)
  FROM sent_mails AS it
 WHERE named_by = 'mail' AND it.message_id <> '' AND it.message_id = told.name;
DELETE FROM backfill_told WHERE order_id IS NULL;
CREATE INDEX ON backfill_told (order_id, place);
ANALYZE backfill_told
"""


@contextmanager
def gathered() -> Iterator[None]:
    """Has what providers told at hand within the block, for :func:`told_of`."""
    with connection.cursor() as cursor:
        try:
            cursor.execute(_TABLE)
            _gather()
            cursor.execute(_FIND_ORDERS)
            yield
        finally:
            cursor.execute("DROP TABLE IF EXISTS backfill_told")


def told_of(order_ids: Sequence[UUID]) -> dict[UUID, list[Told]]:
    """What providers told of these orders, each one's in the order in which it came."""
    told: dict[UUID, list[Told]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT order_id, named_by, name, event_type, payload, occurred_at, which, level FROM backfill_told"
            " WHERE order_id = ANY(%s) ORDER BY order_id, place",
            [list(order_ids)],
        )
        for order_id, *columns in cursor.fetchall():
            columns[3] = json.loads(columns[3])
            told.setdefault(order_id, []).append(Told(*columns))
    return told


def _payment_failed(delivery: WebhookDelivery) -> Iterator[Told]:
    about, at = stripe_messages.event_of(delivery)
    payload = {"reason": stripe_messages.NOT_PAID}
    name = stripe_messages.order_id_in(about)
    yield Told(ORDER, name, "order.payment_failed", payload, at, delivery.event_id)


def _refund_failed(delivery: WebhookDelivery) -> Iterator[Told]:
    about, at = stripe_messages.event_of(delivery)
    failure = stripe_messages.read_refund_failure(about)
    if failure:
        order_id = stripe_messages.order_id_in(about)
        named_by, name = (ORDER, order_id) if order_id else (PAYMENT, stripe_messages.payment_of(about))
        yield Told(named_by, name, "order.refund_failed", failure._asdict(), at, failure.refund_id)


def _dispute_opened(delivery: WebhookDelivery) -> Iterator[Told]:
    about, told_at = stripe_messages.event_of(delivery)
    dispute = stripe_messages.read_dispute(about, told_at)
    payload = {name: getattr(dispute, name) for name in ("dispute_id", "amount_minor", "currency", "reason")}
    payload["due_at"] = dispute.due_at.isoformat() if dispute.due_at else None
    name = stripe_messages.payment_of(about)
    yield Told(PAYMENT, name, "order.dispute_opened", payload, dispute.at, dispute.dispute_id)


def _dispute_closed(delivery: WebhookDelivery) -> Iterator[Told]:
    about, at = stripe_messages.event_of(delivery)
    dispute_id, outcome = stripe_messages.id_of(about), text(about.get("status"))
    payload, level = {"dispute_id": dispute_id, "outcome": outcome}, "warning" if outcome == "lost" else None
    yield Told(PAYMENT, stripe_messages.payment_of(about), "order.dispute_closed", payload, at, dispute_id, level)


def _status(delivery: WebhookDelivery) -> Iterator[Told]:
    message = read_message(delivery)
    status = text(message.data.get("status"))[:60]
    is_known = not status or status in MADE | CANCELLED | ROUTINE
    event_type = "order.provider_issue" if status in ISSUES else "" if is_known else "order.provider_status"
    which = f"{status}:{message.at.isoformat()}"
    yield Told(PRINTIFY, message.provider_id, event_type, {"provider": "printify", "status": status}, message.at, which)


def _mail(delivery: WebhookDelivery) -> Iterator[Told]:
    report = mail.read_report(delivery)
    payload = {"recipient": report.recipient, "message_id": report.message_id, **report.facts}
    which = f"mail:{delivery.pk}:{report.event_type}"
    yield Told(MAIL, report.message_id, report.event_type, payload, report.at, which)


_READERS: Final[Mapping[tuple[str, str], Callable[[WebhookDelivery], Iterator[Told]]]] = {
    ("stripe", "checkout.session.async_payment_failed"): _payment_failed,
    ("stripe", "refund.failed"): _refund_failed,
    ("stripe", "charge.refund.updated"): _refund_failed,
    ("stripe", "charge.dispute.created"): _dispute_opened,
    ("stripe", "charge.dispute.updated"): _dispute_opened,
    ("stripe", "charge.dispute.closed"): _dispute_closed,
    ("printify", "order:created"): _status,
    ("printify", "order:updated"): _status,
    ("printify", "order:sent-to-production"): _status,
    **{("email", told): _mail for told in (*mail.BOUNCES, mail.DELIVERED)},
}


def _gather() -> None:
    deliveries = _telling()
    rows: list[Told] = []
    for delivery in track(
        deliveries.iterator(chunk_size=_ROWS_A_COPY), total=deliveries.count(), label="webhooks read again"
    ):
        # It was processed, so it can be read; one that can't be any more tells nothing.
        with suppress(*SURPRISES):
            rows += _READERS[delivery.provider, delivery.event_type](delivery)
        if len(rows) >= _ROWS_A_COPY:
            _keep(rows)
    _keep(rows)


def _telling() -> WebhookDeliveryQuerySet:
    processed = WebhookDelivery.objects.with_body().in_order().filter(status=DeliveryStatus.PROCESSED)
    return processed.filter(
        provider__in={provider for provider, _ in _READERS}, event_type__in={type_ for _, type_ in _READERS}
    )


def _keep(rows: list[Told]) -> None:
    columns = "named_by, name, event_type, payload, occurred_at, which, level"
    with connection.cursor() as cursor, cursor.copy(f"COPY backfill_told ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([json.dumps(cell) if cell is row.payload else cell for cell in row])
    rows.clear()
