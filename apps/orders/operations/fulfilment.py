"""Fulfilment: submitted, made, shipped, delivered, cancelled. Called by the submission, by webhooks and by the poll."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from apps.common.enqueue import enqueue_after_commit
from apps.orders.log import log_event
from apps.orders.models import Order, Shipment
from apps.orders.operations.facts import note, source_key
from apps.orders.states import CANCELLATION, DELIVERY, PRODUCTION, SUBMISSION, Status

PRINTIFY = "printify"
SUBMISSION_ATTEMPTS = 3
SEND_SHIPPING_NOTICE = "orders.send_shipping_notice"
MAX_ERROR_CHARACTERS = 500


class Parcel(NamedTuple):
    """What the carrier calls it, and where it can be followed; what isn't known is empty."""

    number: str = ""
    carrier: str = ""
    url: str = ""


@transaction.atomic
def claim_submission(order_id: UUID, *, attempt: int) -> Order | None:
    """The order, if this caller is the first to take this attempt at submitting it; a retry is logged as one.

    Null where the order isn't waiting any more, or another process has taken the attempt.
    """
    taken = Order.objects.filter(pk=order_id, status=Status.PAID, submission_attempts=attempt - 1).update(
        submission_attempts=attempt, submission_started_at=Now()
    )
    if not taken:
        return None
    order = Order.objects.get(pk=order_id)
    if attempt > 1:
        log_event(
            "order.submission_retried",
            order=order,
            payload={"attempt": attempt, "attempts": max(attempt, SUBMISSION_ATTEMPTS), "provider": PRINTIFY},
            source_key=source_key(order_id, "order.submission_retried", attempt),
        )
    return order


def record_submission(order_id: UUID, *, printify_id: str, at: datetime) -> bool:
    """The provider has accepted the order under its own id."""
    noted = note(
        order_id,
        SUBMISSION,
        at=at,
        event_type="order.submitted",
        payload={"provider": PRINTIFY, "provider_order_id": printify_id},
        printify_id=printify_id,
        fulfilment_error="",
        reconciled_at=Now(),
    )
    return noted is not None


@transaction.atomic
def record_submission_failure(order_id: UUID, *, reason: str, code: str = "", attempt: int) -> None:
    """An attempt failed. Call it after the rollback of whatever failed. Logged once an attempt."""
    Order.objects.filter(pk=order_id, submitted_at=None).update(fulfilment_error=reason[:MAX_ERROR_CHARACTERS])
    log_event(
        "order.submission_failed",
        order=Order.objects.get(pk=order_id),
        payload={
            "provider": PRINTIFY,
            "reason": reason,
            "code": code,
            "attempt": attempt,
            "attempts": max(attempt, SUBMISSION_ATTEMPTS),
        },
        source_key=source_key(order_id, "order.submission_failed", attempt),
    )


def record_production(order_id: UUID, *, at: datetime) -> bool:
    """It is being made."""
    noted = note(order_id, PRODUCTION, at=at, event_type="order.production", payload={"provider": PRINTIFY})
    return noted is not None


@transaction.atomic
def record_shipment(order_id: UUID, parcel: Parcel, *, at: datetime) -> bool:
    """A parcel is on its way; one line a parcel. The order shows the one that left first, whichever was told first."""
    order = Order.objects.select_for_update(no_key=True).get(pk=order_id)
    _, first = Shipment.objects.get_or_create(
        order=order,
        number=parcel.number,
        defaults={"carrier": parcel.carrier, "url": parcel.url, "shipped_at": at},
    )
    if not first:
        return False
    _show_first_parcel(order)
    log_event(
        "order.shipped",
        order=order,
        payload={"carrier": parcel.carrier, "tracking_number": parcel.number, "tracking_url": parcel.url},
        occurred_at=at,
        source_key=source_key(order_id, "order.shipped", parcel.number),
    )
    enqueue_after_commit(SEND_SHIPPING_NOTICE, str(order_id))
    return True


def _show_first_parcel(order: Order) -> None:
    parcel = order.shipments.order_by("shipped_at", "number")[0]
    Order.objects.filter(pk=order.pk).update(
        shipped_at=parcel.shipped_at,
        tracking_carrier=parcel.carrier,
        tracking_number=parcel.number,
        tracking_url=parcel.url,
        reconciled_at=Now(),
    )


def record_delivery(order_id: UUID, *, at: datetime) -> bool:
    """It has arrived."""
    return note(order_id, DELIVERY, at=at, event_type="order.delivered") is not None


def cancel(order_id: UUID, *, at: datetime, reason: str = "") -> bool:
    """It won't be made, whoever decided so. Gives no money back: that is a refund."""
    payload = {"reason": reason} if reason else {}
    return note(order_id, CANCELLATION, at=at, event_type="order.cancelled", payload=payload) is not None


def hear_from_provider(order_id: UUID, *, status: str) -> None:
    """The provider has spoken of the order; ``status`` is its word, of which nobody has to hear."""
    Order.objects.filter(pk=order_id).update(provider_status=status[:60], reconciled_at=Now())


def note_provider_status(order_id: UUID, *, status: str, at: datetime) -> bool:
    """The provider's own word for where the order stands, where none of the above says it."""
    return _note_status("order.provider_status", order_id, status, at)


def note_provider_issue(order_id: UUID, *, status: str, at: datetime) -> bool:
    """The provider can't go on without a person."""
    return _note_status("order.provider_issue", order_id, status, at)


@transaction.atomic
def _note_status(event_type: str, order_id: UUID, status: str, at: datetime) -> bool:
    status = status[:60]
    moved = Order.objects.filter(pk=order_id).exclude(provider_status=status)
    if not moved.update(provider_status=status, reconciled_at=Now()):
        return False
    log_event(
        event_type,
        order=Order.objects.get(pk=order_id),
        payload={"provider": PRINTIFY, "status": status},
        occurred_at=at,
        source_key=source_key(order_id, event_type, status, at.isoformat()),
    )
    return True
