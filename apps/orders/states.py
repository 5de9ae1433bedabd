"""The states of an order, and the one table of what brings it into each.

An order is the set of facts known about it: paid, submitted, in production, shipped, delivered, cancelled. Each fact is
noted once, with the time it happened, whatever came before; the status is the furthest of them. So facts may arrive
in any order and any number of times and end in the same state: a late "in production" can't take back a delivery,
and no late delivery revives a cancelled order. The database derives the status from the same table, and refuses to
change a fact once it is noted.
"""

from typing import Final, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Where an order stands, in rising order."""

    AWAITING_PAYMENT = "awaiting_payment", _("Awaiting payment")
    EXPIRED = "expired", _("Not paid")
    PAID = "paid", _("Paid")
    SUBMITTED = "submitted", _("Submitted")
    IN_PRODUCTION = "in_production", _("In production")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")


class Fact(NamedTuple):
    """What can be known about an order: the column of its time, and the status it stands for."""

    column: str
    status: Status


EXPIRY: Final = Fact("expired_at", Status.EXPIRED)
PAYMENT: Final = Fact("paid_at", Status.PAID)
SUBMISSION: Final = Fact("submitted_at", Status.SUBMITTED)
PRODUCTION: Final = Fact("in_production_at", Status.IN_PRODUCTION)
SHIPMENT: Final = Fact("shipped_at", Status.SHIPPED)
DELIVERY: Final = Fact("delivered_at", Status.DELIVERED)
CANCELLATION: Final = Fact("cancelled_at", Status.CANCELLED)

# From the furthest: the first whose time is known gives the status.
FACTS: Final = (CANCELLATION, DELIVERY, SHIPMENT, PRODUCTION, SUBMISSION, PAYMENT, EXPIRY)

_RISING: Final = tuple(Status)
TRANSITIONS: Final[dict[Status, frozenset[Status]]] = {
    status: frozenset(_RISING[position + 1 :]) for position, status in enumerate(_RISING)
}
FINAL: Final = frozenset({Status.EXPIRED, Status.DELIVERED, Status.CANCELLED})
IN_PROGRESS: Final = frozenset(Status) - FINAL
# At the provider, and not yet with the customer: what the reconciling poll asks after.
UNDER_WAY: Final = frozenset({Status.SUBMITTED, Status.IN_PRODUCTION, Status.SHIPPED})


class Wait(NamedTuple):
    """What is to come next once a fact is known: an order that waits too long for it is overdue."""

    since: Fact
    awaiting: str


WAITS: Final = (Wait(PAYMENT, "submitted"), Wait(PRODUCTION, "shipped"), Wait(SHIPMENT, "delivered"))


class PaymentStatus(models.TextChoices):
    """What became of the money."""

    UNPAID = "unpaid", _("Not paid")
    PAID = "paid", _("Paid")
    PARTLY_REFUNDED = "partly_refunded", _("Partly refunded")
    REFUNDED = "refunded", _("Refunded")
