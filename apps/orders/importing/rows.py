"""One record of another shop's history: what it says of an order, or why it can't be taken over.

Histories are odd: parcels that left before they were paid, deliveries without a time, orders called off after they
arrived. Every time is a fact and is taken as it is; only where the status tells of something that has no time, the
last time that the record knows stands for it.
"""

import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from random import SystemRandom
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from apps.common.identifiers import uuid_v7_at
from apps.common.record_fields import Refused, is_email, text
from apps.common.record_files import Columns
from apps.common.words import minor_digits
from apps.orders.states import CANCELLATION, DELIVERY, PAYMENT, PRODUCTION, SHIPMENT, SUBMISSION, Fact

FIRST_YEAR: Final = 2000
MOST_MINOR: Final = 2_000_000_000
MOST_ID_CHARACTERS: Final = 80

# Each field under its own name and those that other shops give it.
_NAMES: Final = {
    "order_id": (),
    "customer": ("customer_id", "customer_unique_id", "email"),
    "status": ("order_status",),
    "purchased_at": ("purchase_timestamp", "order_purchase_timestamp"),
    "approved_at": ("order_approved_at", "paid_at"),
    "submitted_at": (),
    "in_production_at": (),
    "shipped_at": ("delivered_carrier_date", "order_delivered_carrier_date"),
    "delivered_at": ("delivered_customer_date", "order_delivered_customer_date"),
    "cancelled_at": ("canceled_at",),
    "estimated_delivery": ("estimated_delivery_date", "order_estimated_delivery_date"),
    "total": ("payment_value",),
    "shipping": ("freight_value",),
    "tax": (),
    "currency": (),
    "refunded": (),
    "refunded_at": (),
    "carrier": (),
    "tracking_number": (),
    "items": (),
}
_FIELD: Final = {other: name for name, others in _NAMES.items() for other in (name, *others)}
COLUMNS: Final = Columns(
    frozenset(_FIELD), tuple((name, *_NAMES[name]) for name in ("order_id", "customer", "status", "purchased_at"))
)

# What a status says has happened, whatever times there are.
_STATUSES: Final[Mapping[str, Fact | None]] = MappingProxyType(
    {
        "created": None, "awaiting_payment": None,
        "approved": PAYMENT, "paid": PAYMENT, "invoiced": PAYMENT, "processing": PAYMENT,
        "submitted": SUBMISSION, "in_production": PRODUCTION,
        "shipped": SHIPMENT, "delivered": DELIVERY,
        "canceled": CANCELLATION, "cancelled": CANCELLATION, "unavailable": CANCELLATION,
    }
)  # fmt: skip
_TIMES: Final = {
    "approved_at": PAYMENT,
    "submitted_at": SUBMISSION,
    "in_production_at": PRODUCTION,
    "shipped_at": SHIPMENT,
    "delivered_at": DELIVERY,
    "cancelled_at": CANCELLATION,
}
_AMOUNT: Final = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")

_chance = SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedOrder:
    """An order of another shop, in the columns of the staging table. Amounts are in the currency's minor unit."""

    id: UUID
    imported_from: str
    email: str
    customer: str
    provider_status: str
    currency: str
    subtotal_minor: int
    shipping_minor: int
    tax_minor: int
    total_minor: int
    refunded_minor: int
    created_at: datetime
    paid_at: datetime | None
    submitted_at: datetime | None
    in_production_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    cancelled_at: datetime | None
    refunded_at: datetime | None
    carrier: str
    tracking_number: str
    items: str

    def cells(self) -> tuple[Any, ...]:
        """Its columns, in their order."""
        return astuple(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Says of each record what it tells. ``shop`` is the other shop's name; times without a zone are in ``zone``."""

    shop: str
    currency: str
    zone: tzinfo
    now: datetime

    def order(self, record: Mapping[str, Any]) -> ImportedOrder:
        """The order that the record tells of. Raises Refused."""
        record = _with_our_names(record)
        status = text(record, "status", 60, least=1)
        if status.lower() not in _STATUSES:
            raise Refused(f"status must be one of {', '.join(_STATUSES)}")
        customer = text(record, "customer", 200, least=1)
        purchased_at = self._moment(record, "purchased_at")
        if purchased_at is None:
            raise Refused("purchased_at is missing")
        return ImportedOrder(
            id=uuid_v7_at(purchased_at, _chance),
            imported_from=f"{self.shop}:{_order_id(record)}",
            email=customer.lower() if is_email(customer) else "",
            customer="" if is_email(customer) else customer,
            provider_status=status,
            created_at=purchased_at,
            carrier=text(record, "carrier", 80),
            tracking_number=text(record, "tracking_number", 120),
            items=text(record, "items", 200),
            **self._facts(record, _STATUSES[status.lower()], purchased_at),
            **self._amounts(record),
        )

    def _facts(self, record: Mapping[str, Any], told: Fact | None, purchased_at: datetime) -> dict[str, Any]:
        """The times of what happened. Whoever prepares, sends or delivers an order has been paid for it."""
        times = {fact.column: self._moment(record, name) for name, fact in _TIMES.items()}
        last_known = max([purchased_at, *(moment for moment in times.values() if moment)])
        if told and not times[told.column]:
            times[told.column] = purchased_at if told is PAYMENT else last_known
        has_gone_on = any(times[fact.column] for fact in (SUBMISSION, PRODUCTION, SHIPMENT, DELIVERY))
        if has_gone_on and not times[PAYMENT.column]:
            times[PAYMENT.column] = purchased_at
        return times

    def _amounts(self, record: Mapping[str, Any]) -> dict[str, Any]:
        currency = text(record, "currency", 3).upper() or self.currency
        if not _CURRENCY.fullmatch(currency):
            raise Refused("currency isn't an ISO 4217 code")
        total, shipping, tax, refunded = (
            _minor(record, name, currency) for name in ("total", "shipping", "tax", "refunded")
        )
        if shipping + tax > total:
            raise Refused("shipping and tax come to more than the total, which includes them")
        if refunded > total:
            raise Refused("more was refunded than paid")
        refunded_at = self._moment(record, "refunded_at")
        if (refunded > 0) != (refunded_at is not None):
            raise Refused("refunded and refunded_at go together")
        return {
            "currency": currency,
            "total_minor": total,
            "shipping_minor": shipping,
            "tax_minor": tax,
            "subtotal_minor": total - shipping - tax,
            "refunded_minor": refunded,
            "refunded_at": refunded_at,
        }

    def _moment(self, record: Mapping[str, Any], name: str) -> datetime | None:
        written = text(record, name, 40)
        if not written:
            return None
        try:
            moment = datetime.fromisoformat(written)
            in_utc = (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Refused(f"{name} isn't a time as ISO 8601 writes it") from None
        if in_utc.year < FIRST_YEAR or in_utc > self.now:
            raise Refused(f"{name} lies before {FIRST_YEAR} or in the future")
        return in_utc


def _with_our_names(record: Mapping[str, Any]) -> Mapping[str, Any]:
    unknown = record.keys() - _FIELD.keys()
    if unknown:
        raise Refused(f"an order has no field {min(unknown)!r}")
    named = {_FIELD[name]: value for name, value in record.items()}
    if len(named) < len(record):
        raise Refused("a field is given twice, under two of its names")
    return named


def _order_id(record: Mapping[str, Any]) -> str:
    """Ids are numbers in some shops."""
    given = record.get("order_id")
    if isinstance(given, int) and not isinstance(given, bool):
        record = {"order_id": str(given)}
    return text(record, "order_id", MOST_ID_CHARACTERS, least=1)


def _minor(record: Mapping[str, Any], name: str, currency: str) -> int:
    """The amount in the minor unit; 0 where the file doesn't say."""
    given = record.get(name)
    written = str(given) if isinstance(given, int | float) and not isinstance(given, bool) else text(record, name, 20)
    if not written:
        return 0
    if not _AMOUNT.fullmatch(written):
        raise Refused(f"{name} isn't an amount such as 43.00")
    minor = Decimal(written).scaleb(minor_digits(currency))
    if minor != int(minor) or minor > MOST_MINOR:
        raise Refused(f"{name} has more digits than {currency} has, or is too much")
    return int(minor)
