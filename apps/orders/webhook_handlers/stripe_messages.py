"""Stripe's words, read into ours: for its messages as they come in, and for stored ones that are read again.

Amounts are in the currency's minor unit.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from apps.orders.providers.reports import text
from apps.webhooks.models import WebhookDelivery
from apps.webhooks.registry import NotUnderstood

NOT_PAID = "the payment didn't go through"


class RefundFailure(NamedTuple):
    """Money that couldn't be given back."""

    refund_id: str
    amount_minor: int
    reason: str


class Dispute(NamedTuple):
    """A dispute as it was opened; ``due_at`` is null where it can't be answered."""

    dispute_id: str
    amount_minor: int
    currency: str
    reason: str
    status: str
    due_at: datetime | None
    at: datetime


def event_of(delivery: WebhookDelivery) -> tuple[Mapping[str, Any], datetime]:
    """What the event is about, and when it happened. Raises NotUnderstood."""
    event = delivery.message()
    about = mapping(event["data"]).get("object")
    if not isinstance(about, Mapping):
        raise NotUnderstood("the event has no object")
    return about, _time(event.get("created")) or delivery.received_at


def read_refund_failure(refund: Mapping[str, Any]) -> RefundFailure | None:
    """The failure; null where the refund hasn't failed. Raises NotUnderstood."""
    if refund.get("status") != "failed":
        return None
    return RefundFailure(
        id_of(refund), amount_of(refund, "amount"), text(refund.get("failure_reason")).replace("_", " ")
    )


def read_dispute(dispute: Mapping[str, Any], told_at: datetime) -> Dispute:
    """The dispute; ``due_by`` 0 means that it can't be answered. Raises NotUnderstood."""
    due_by = mapping(dispute.get("evidence_details")).get("due_by")
    return Dispute(
        dispute_id=id_of(dispute),
        amount_minor=amount_of(dispute, "amount"),
        currency=text(dispute.get("currency")).upper(),
        reason=text(dispute.get("reason")).replace("_", " "),
        status=text(dispute.get("status")),
        due_at=datetime.fromtimestamp(due_by, UTC) if isinstance(due_by, int) and due_by > 0 else None,
        at=_time(dispute.get("created")) or told_at,
    )


def order_id_in(about: Mapping[str, Any]) -> str:
    """The order's id that we gave along; empty for what was never about an order."""
    return str(mapping(about.get("metadata")).get("order_id") or "")


def payment_of(about: Mapping[str, Any]) -> str:
    """The payment intent that it belongs to; empty for none."""
    return id_of(about.get("payment_intent"))


def id_of(thing: object) -> str:
    """The id of what is given by its id, or in full."""
    return text(thing.get("id")) if isinstance(thing, Mapping) else text(thing)


def amount_of(about: Mapping[str, Any], name: str) -> int:
    """The amount of that name. Raises NotUnderstood."""
    value = about.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise NotUnderstood(f"{name} is {value!r:.40}")
    return value


def mapping(value: object) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def _time(seconds: object) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) and seconds > 0 else None
