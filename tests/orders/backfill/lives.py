"""Lives of orders: what can happen to one, through the product's own doors, and how its log is lost."""

from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

from django.db import connection

from apps.orders import feed, operations
from apps.orders.models import ActivityEntry, Order
from apps.orders.operations.fulfilment import Parcel
from tests.orders.deliveries import later, session, told_by_mail, told_by_printify, told_by_stripe
from tests.orders.factories import open_order

Event = Callable[[Order], object]
TOTAL = 4_300


def intent_of(order: Order) -> str:
    return f"pi_{order.number}"


def printify_id_of(order: Order) -> str:
    return f"PFY-{order.number}"


def _paid(order: Order) -> None:
    told_by_stripe("checkout.session.completed", session(order), at=later(1), id=f"evt_paid_{order.pk}")


def _payment_failed(order: Order) -> None:
    about = session(order, payment_status="unpaid")
    told_by_stripe("checkout.session.async_payment_failed", about, at=later(0), id=f"evt_unpaid_{order.pk}")


def _refunded(amount: int, before: int, hours: int) -> Event:
    def tell(order: Order) -> None:
        operations.record_refund(order.pk, total_minor=amount, before_minor=before, at=later(hours))

    return tell


def _refund_failed(order: Order) -> None:
    about = {
        "id": f"re_{order.number}", "status": "failed", "amount": 900, "failure_reason": "lost_or_stolen_card",
        "payment_intent": intent_of(order),
    }  # fmt: skip
    told_by_stripe("refund.failed", about, at=later(20), id=f"evt_re_{order.pk}")


def _dispute(order: Order, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"dp_{order.number}", "amount": TOTAL, "currency": "gbp", "reason": "product_not_received",
        "status": "needs_response", "payment_intent": intent_of(order), "created": int(later(30).timestamp()),
        "evidence_details": {"due_by": int(later(300).timestamp())},
    } | changes  # fmt: skip


def _dispute_opened(order: Order) -> None:
    told_by_stripe("charge.dispute.created", _dispute(order), at=later(30), id=f"evt_dp_{order.pk}")
    told_by_stripe("charge.dispute.updated", _dispute(order), at=later(31), id=f"evt_dpu_{order.pk}")


def _dispute_closed(outcome: str) -> Event:
    def tell(order: Order) -> None:
        about = _dispute(order, status=outcome)
        told_by_stripe("charge.dispute.closed", about, at=later(40), id=f"evt_dpc_{order.pk}")

    return tell


def _status(status: str, hours: int) -> Event:
    def tell(order: Order) -> None:
        told_by_printify("order:updated", printify_id_of(order), {"status": status}, at=later(hours))

    return tell


def _confirmed(order: Order) -> None:
    operations.record_confirmation_sent(order.pk, recipient="a@example.com", message_id=f"<{order.pk}.c>", at=later(2))


def _bounced(order: Order) -> None:
    told_by_mail("bounced", message_id=f"<{order.pk}.c>", recipient="a@example.com", description="no such mailbox")


def _mail_arrived(order: Order) -> None:
    at = later(50).isoformat()
    told_by_mail("delivered", message_id=f"<{order.pk}.c>", recipient="a@example.com", timestamp=at)


def _announced(order: Order) -> None:
    operations.record_shipping_notice_sent(order.pk, recipient="a@example.com", message_id="", at=later(11))


# In the order in which they are told: what is about a payment or a print order comes after it, as it does in life.
LIFE: Final[dict[str, Event]] = {
    "payment failed": _payment_failed,
    "paid": _paid,
    "confirmed": _confirmed,
    "submitted": lambda order: operations.record_submission(order.pk, printify_id=printify_id_of(order), at=later(3)),
    "out of stock": _status("out-of-stock", 4),
    "out of stock again": _status("out-of-stock", 5),
    "back to pending": _status("pending", 6),
    "an unheard-of status": _status("being-admired", 7),
    "production": lambda order: operations.record_production(order.pk, at=later(8)),
    "one parcel": lambda order: operations.record_shipment(
        order.pk, Parcel("1Z", "DHL", "https://x.example/1Z"), at=later(10)
    ),
    "another parcel": lambda order: operations.record_shipment(order.pk, Parcel("2Z", "UPS"), at=later(9)),
    "announced": _announced,
    "delivered": lambda order: operations.record_delivery(order.pk, at=later(12)),
    "bounced": _bounced,
    "cancelled": lambda order: operations.cancel(order.pk, at=later(13)),
    "refunded in part": _refunded(1_000, 0, 14),
    "refund failed": _refund_failed,
    "refunded": _refunded(TOTAL, 1_000, 21),
    "disputed": _dispute_opened,
    "dispute lost": _dispute_closed("lost"),
    "mail arrived": _mail_arrived,
}
NEEDS: Final = {
    **dict.fromkeys(["submitted", "refund failed", "disputed", "dispute lost"], "paid"),
    **dict.fromkeys(["out of stock", "out of stock again", "back to pending", "an unheard-of status"], "submitted"),
    **dict.fromkeys(["bounced", "mail arrived"], "confirmed"),
    "refunded": "refunded in part",
}


def lived(names: Iterable[str]) -> Order:
    """An order to which these things happened, and whatever must have happened before them."""
    order = open_order(now=later(0))
    wanted = set(names)
    for name in reversed(LIFE):
        if name in wanted and name in NEEDS:
            wanted.add(NEEDS[name])
    for name, happen in LIFE.items():
        if name in wanted:
            happen(order)
    return order


def timeline(order: Order) -> list[Any]:
    """All that a reader of the order's entries sees, but for ids and the times of recording and resolving."""
    keys = dict(ActivityEntry.objects.filter(order=order).values_list("pk", "source_key"))
    return [
        (
            entry.event_type, entry.level, entry.message, entry.payload, entry.occurred_at, entry.fingerprint,
            entry.needs_attention, entry.resolution, keys[entry.id],
        )
        for entry in feed.list_for_order(order)
    ]  # fmt: skip


def lose_the_log(*order_ids: UUID) -> None:
    """The entries of these orders, or all, are gone, as after a restore of an old dump; the guards look away."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        entries = ActivityEntry.objects.filter(order__in=order_ids) if order_ids else ActivityEntry.objects.all()
        entries._raw_delete(entries.db)
        cursor.execute("DELETE FROM open_problems; DELETE FROM activity_log_resolutions")
        cursor.execute("SET session_replication_role = DEFAULT")
