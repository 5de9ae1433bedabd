"""Makes ready words of an order for its customer: how far it has come, what is in it, where it goes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.common.words import money
from apps.orders.cart_contents import picture_for
from apps.orders.guest_links import order_path
from apps.orders.models import Order, OrderLine, Shipment
from apps.orders.shop_presenter import thumbnail_url
from apps.orders.states import PaymentStatus, Status


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens to every order; ``at`` is null until it has."""

    label: str
    at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class Parcel:
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Ordered:
    """A line of the order."""

    title: str
    detail: str
    total: str
    thumbnail_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """An order in the list."""

    url: str
    number: str
    placed_at: datetime | None
    status: str
    tone: str
    icon: str
    summary: str
    total: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWords:
    """One order; ``notes`` say plainly what went otherwise than planned."""

    url: str
    number: str
    status: str
    tone: str
    icon: str
    is_awaiting_payment: bool
    is_expired: bool
    has_ended: bool
    steps: tuple[Step, ...]
    parcels: tuple[Parcel, ...]
    notes: tuple[str, ...]
    lines: tuple[Ordered, ...]
    subtotal: str
    shipping: str
    tax: str
    total: str
    email: str
    address: tuple[str, ...]


def order_words(order: Order) -> OrderWords:
    """The order. Amounts are as they were charged."""
    status = Status(order.status)
    return OrderWords(
        url=order_path(order),
        number=order.number,
        status=_status(status),
        tone=_TONES.get(status, "running"),
        icon=_ICONS[status],
        is_awaiting_payment=status is Status.AWAITING_PAYMENT,
        is_expired=status is Status.EXPIRED,
        has_ended=not order.is_in_progress,
        steps=tuple(_steps(order)),
        parcels=tuple(_parcel(each) for each in order.shipments.all()),
        notes=tuple(_notes(order)),
        lines=tuple(_line(line, order.currency) for line in order.lines.all()),
        subtotal=money(order.subtotal_minor, order.currency),
        shipping=money(order.shipping_minor, order.currency) if order.shipping_minor else _("Included"),
        tax=money(order.tax_minor, order.currency) if order.tax_minor else "",
        total=money(order.total_minor, order.currency),
        email=order.email,
        address=tuple(_address(order)),
    )


def order_row(order: Order) -> OrderRow:
    """The order as a line of the list."""
    status = Status(order.status)
    return OrderRow(
        url=order_path(order),
        number=order.number,
        placed_at=order.paid_at,
        status=_status(status),
        tone=_TONES.get(status, "running"),
        icon=_ICONS[status],
        summary=_summary(order),
        total=money(order.total_minor, order.currency),
    )


def _status(status: Status) -> str:
    words = {
        Status.PAID: _("Placed"),
        Status.SUBMITTED: _("At the printer"),
        Status.IN_PRODUCTION: _("At the printer"),
        Status.AWAITING_PAYMENT: _("Awaiting payment"),
    }
    return words.get(status, str(status.label))


_TONES = {Status.DELIVERED: "done", Status.CANCELLED: "warning", Status.EXPIRED: ""}
_ICONS = {
    Status.AWAITING_PAYMENT: "hourglass",
    Status.EXPIRED: "timer-off",
    Status.PAID: "circle-check",
    Status.SUBMITTED: "printer",
    Status.IN_PRODUCTION: "printer",
    Status.SHIPPED: "truck",
    Status.DELIVERED: "package-check",
    Status.CANCELLED: "circle-x",
}


def _steps(order: Order) -> Iterator[Step]:
    """From placed to delivered. What a later step implies has happened, though nobody told us when."""
    told = [
        (_("Placed"), order.paid_at),
        (_("At the printer"), order.in_production_at or order.submitted_at),
        (_("Shipped"), order.shipped_at),
        (_("Delivered"), order.delivered_at),
    ]
    furthest = max((number for number, (_label, at) in enumerate(told) if at), default=-1)
    for number, (label, at) in enumerate(told):
        state = "done" if number <= furthest else "cancelled" if order.cancelled_at else "to-come"
        yield Step(label, at, "now" if number == furthest and order.is_in_progress else state)


def _notes(order: Order) -> Iterator[str]:
    if order.cancelled_at:
        yield _("This order was cancelled.")
    refunded = money(order.refunded_minor, order.currency)
    if order.payment_status == PaymentStatus.REFUNDED:
        yield _("The whole amount, %s, was given back.") % refunded
    elif order.payment_status == PaymentStatus.PARTLY_REFUNDED:
        yield _("%s was given back.") % refunded


def _parcel(shipment: Shipment) -> Parcel:
    carrier = shipment.carrier or _("Parcel")
    return Parcel(f"{carrier} · {shipment.number}" if shipment.number else carrier, shipment.url)


def _line(line: OrderLine, currency: str) -> Ordered:
    details = [line.variant_title, _("with your image") if line.image_id else ""]
    return Ordered(
        title=f"{line.quantity} × {line.title}",
        detail=", ".join(filter(None, details)),
        total=money(line.unit_price_minor * line.quantity, currency),
        thumbnail_url=_thumbnail(line),
    )


def _thumbnail(line: OrderLine) -> str:
    image = line.image if line.image and line.image.job.pruned_at is None else None
    pictures = line.variant.product.pictures.all() if line.variant else ()
    return thumbnail_url(image, picture_for(line.variant, pictures) if line.variant else None)


def _summary(order: Order) -> str:
    """``Poster and 2 more things``."""
    lines = list(order.lines.all())
    more = sum(line.quantity for line in lines) - 1
    first = lines[0].title if lines else _("Nothing")
    if more < 1:
        return first
    return ngettext("%(first)s and %(more)d more thing", "%(first)s and %(more)d more things", more) % {
        "first": first,
        "more": more,
    }


def _address(order: Order) -> Iterator[str]:
    """A line each: in which order town and code stand differs from country to country."""
    parts = ("name", "line1", "line2", "city", "region", "postal_code", "country")
    yield from (str(order.shipping_address[part]) for part in parts if order.shipping_address.get(part))
