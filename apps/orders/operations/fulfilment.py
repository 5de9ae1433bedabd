"""Fulfilment: made, shipped, delivered, cancelled. Called by webhooks and by the poll."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.db import transaction

from apps.common.enqueue import enqueue_after_commit
from apps.common.personal_data import anonymous
from apps.orders.log import log_event
from apps.orders.models import Order, Shipment, StaffAct
from apps.orders.operations.facts import note, source_key
from apps.orders.operations.reconciling import put_off_reconciling
from apps.orders.operations.staff import answer
from apps.orders.states import CANCELLATION, DELIVERY, PRODUCTION

PRINTIFY: Final = "printify"
SEND_SHIPPING_NOTICE: Final = "orders.send_shipping_notice"


class Parcel(NamedTuple):
    """What the carrier calls it, and where it can be followed; what isn't known is empty."""

    number: str = ""
    carrier: str = ""
    url: str = ""


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
        source_key=source_key(order_id, "order.shipped", anonymous(parcel.number)),
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
    )


def record_delivery(order_id: UUID, *, at: datetime) -> bool:
    """It has arrived."""
    return note(order_id, DELIVERY, at=at, event_type="order.delivered") is not None


@transaction.atomic
def cancel(order_id: UUID, *, at: datetime, reason: str = "") -> bool:
    """It won't be made, whoever decided so; staff who have asked for it are named. Gives no money back."""
    payload = ({"reason": reason} if reason else {}) | answer(order_id, StaffAct.CANCEL)
    return note(order_id, CANCELLATION, at=at, event_type="order.cancelled", payload=payload) is not None


def hear_from_provider(order_id: UUID, *, status: str) -> None:
    """The provider has spoken of the order; ``status`` is its word, of which nobody has to hear."""
    Order.objects.filter(pk=order_id).update(provider_status=status[:60])
    put_off_reconciling(order_id)


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
    if not moved.update(provider_status=status):
        return False
    put_off_reconciling(order_id)
    log_event(
        event_type,
        order=Order.objects.get(pk=order_id),
        payload={"provider": PRINTIFY, "status": status},
        occurred_at=at,
        source_key=source_key(order_id, event_type, status, at.isoformat()),
    )
    return True
