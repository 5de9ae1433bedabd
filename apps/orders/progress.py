"""What the print provider says of an order becomes what we know of it: for its webhooks and for our poll alike."""

from datetime import datetime
from typing import Final

from apps.orders import operations
from apps.orders.models import Order
from apps.orders.providers.reports import CANCELLED, OrderReport, ParcelReport

MADE: Final = frozenset({"in-production", "partially-fulfilled", "fulfilled"})
# Those that go on by themselves and say nothing to a person.
ROUTINE: Final = frozenset(
    {
        "pending", "on-hold", "cost-calculation", "checking-quality", "quality-approved", "ready-for-production",
        "sending-to-production", "callback-received",
    }
)  # fmt: skip
ISSUES: Final = frozenset(
    {
        "has-issues", "unfulfillable", "quality-declined", "source-check-failed", "out-of-stock",
        "payment-not-received",
    }
)  # fmt: skip


def apply_report(order: Order, report: OrderReport, *, at: datetime) -> None:
    """Notes all that an order's report says; ``at`` is the time of what the report has no time for."""
    apply_status(order, report.status, at=report.production_at or at if report.status in MADE else at)
    for parcel in report.parcels:
        apply_shipment(order, parcel, at=at)
        if parcel.delivered_at:
            apply_delivery(order, parcel, at=at)


def apply_status(order: Order, status: str, *, at: datetime) -> None:
    """The provider's word for where the order stands. The words are an open set: an unknown one is logged as it is."""
    if status in MADE:
        operations.record_production(order.pk, at=at)
    elif status in CANCELLED:
        operations.cancel(order.pk, at=at)
    elif status in ISSUES:
        operations.note_provider_issue(order.pk, status=status, at=at)
        return
    elif status and status not in ROUTINE:
        operations.note_provider_status(order.pk, status=status, at=at)
        return
    operations.hear_from_provider(order.pk, status=status)


def apply_shipment(order: Order, report: ParcelReport, *, at: datetime) -> None:
    """A parcel is on its way."""
    operations.record_shipment(order.pk, report.parcel, at=report.shipped_at or at)


def apply_delivery(order: Order, report: ParcelReport, *, at: datetime) -> None:
    """A parcel has arrived."""
    operations.record_delivery(order.pk, at=report.delivered_at or at)
