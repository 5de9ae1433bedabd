"""Makes ready words of an order for the staff: as a line of the list, and whole."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.common.words import calendar_date, day_in_full, money, relative_time
from apps.orders.cart_contents import picture_for
from apps.orders.models import Order, OrderLine, StaffRequest
from apps.orders.staff.acts import Act, Offer
from apps.orders.staff.asked import address
from apps.orders.staff.looks import PAYMENTS, STATUSES, Look, Moment, relative_moment
from apps.orders.states import PaymentStatus, Status

_ADDRESS = ("name", "line1", "line2", "city", "region", "postal_code", "country", "phone")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """A line of the list."""

    url: str
    number: str
    summary: str
    day: str
    time: str
    time_iso: str
    email: str
    status: Look
    payment: Look | None
    total: str
    open: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value; a code is an ID that people copy."""

    label: str
    value: str = ""
    url: str = ""
    code: str = ""
    is_id: bool = True
    moment: Moment | None = None


@dataclass(frozen=True, slots=True)
class Bought:
    """A line of the order."""

    title: str
    detail: str
    total: str
    picture_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """One order; ``troubles`` are what someone should know before they read on."""

    url: str
    number: str
    status: Look
    payment: Look | None
    placed: Moment
    is_in_progress: bool
    troubles: tuple[str, ...]
    lines: tuple[Bought, ...]
    sums: tuple[Fact, ...]
    total: str
    refunded: str
    email: str
    same_customer_url: str
    person_url: str
    address: tuple[str, ...]
    facts: tuple[Fact, ...]
    acts: tuple[Act, ...]
    may_cancel: bool
    refundable: str
    being_done: tuple[str, ...]


def order_row(order: Order, open_problems: Mapping[UUID, int], zone: ZoneInfo) -> OrderRow:
    """The order as a line; its lines are loaded."""
    local, waiting = order.created_at.astimezone(zone), open_problems.get(order.pk, 0)
    return OrderRow(
        url=reverse("staff:order", args=[order.pk]),
        number=order.number,
        summary=_summary(order),
        day=date_format(local, "j M Y"),
        time=f"{local:%H:%M}",
        time_iso=local.isoformat(timespec="seconds"),
        email=order.email,
        status=STATUSES[Status(order.status)],
        payment=PAYMENTS.get(PaymentStatus(order.payment_status)),
        total=money(order.total_minor, order.currency),
        open=ngettext("%d needs attention", "%d need attention", waiting) % waiting if waiting else "",
    )


def order_page(order: Order, offer: Offer, requests: Iterable[StaffRequest], now: datetime) -> OrderPage:
    """The order, whole, with what can be done and is being done about it; its lines and shipments are loaded."""
    return OrderPage(
        url=reverse("staff:order", args=[order.pk]),
        number=order.number,
        status=STATUSES[Status(order.status)],
        payment=PAYMENTS.get(PaymentStatus(order.payment_status)),
        placed=relative_moment(order.created_at, now),
        is_in_progress=order.is_in_progress,
        troubles=tuple(_troubles(order, now)),
        lines=tuple(_bought(line, order.currency) for line in order.lines.all()),
        sums=tuple(_sums(order)),
        total=money(order.total_minor, order.currency),
        refunded=money(-order.refunded_minor, order.currency) if order.refunded_minor else "",
        email=order.email,
        same_customer_url=address(reverse("staff:orders"), {"q": order.email}),
        person_url=reverse("staff:person", args=[order.user.public_id]) if order.user else "",
        address=tuple(str(order.shipping_address[part]) for part in _ADDRESS if order.shipping_address.get(part)),
        facts=tuple(_facts(order)),
        acts=offer.acts,
        may_cancel=offer.may_cancel,
        refundable=money(offer.refundable_minor, order.currency) if offer.refundable_minor > 0 else "",
        being_done=tuple(_being_done(request, order, now) for request in requests),
    )


def _summary(order: Order) -> str:
    """``2 × Poster, T-shirt``."""
    return ", ".join(
        f"{line.quantity} × {line.title}" if line.quantity > 1 else line.title for line in _in_order(order)
    )


def _in_order(order: Order) -> list[OrderLine]:
    return sorted(order.lines.all(), key=lambda line: line.position)


def _troubles(order: Order, now: datetime) -> Iterator[str]:
    if order.fulfilment_error:
        yield _("Submission failed at last: %s") % order.fulfilment_error
    if order.dispute_status and order.dispute_due_at and order.dispute_due_at > now:
        yield _("The customer disputes the payment. Answer by %s.") % calendar_date(order.dispute_due_at)


def _being_done(request: StaffRequest, order: Order, now: datetime) -> str:
    """``Refund of £10.00, asked for by ops@example.com 2 minutes ago: being done``."""
    what = str(request.get_act_display())
    if request.amount_minor:
        what = _("%(act)s of %(amount)s") % {"act": what, "amount": money(request.amount_minor, order.currency)}
    facts = {"what": what, "who": request.asked_by.email, "when": relative_time(request.asked_at, now=now)}
    return _("%(what)s, asked for by %(who)s %(when)s: being done.") % facts


def _bought(line: OrderLine, currency: str) -> Bought:
    details = (line.variant_title, _("with the customer’s picture") if line.image_id else "", line.sku)
    picture = picture_for(line.variant, line.variant.product.pictures.all()) if line.variant else None
    return Bought(
        title=f"{line.quantity} × {line.title}",
        detail=" · ".join(filter(None, details)),
        total=money(line.unit_price_minor * line.quantity, currency),
        picture_url=reverse("shop:picture", args=[picture.pk]) if picture else "",
    )


def _sums(order: Order) -> Iterator[Fact]:
    yield Fact(_("Items"), money(order.subtotal_minor, order.currency))
    if order.shipping_minor:
        yield Fact(_("Shipping"), money(order.shipping_minor, order.currency))
    if order.tax_minor:
        yield Fact(_("Tax"), money(order.tax_minor, order.currency))


def _facts(order: Order) -> Iterator[Fact]:
    """The names that others give it."""
    codes = {
        _("Stripe payment"): order.stripe_payment_intent_id,
        _("Printify order"): order.printify_id,
        _("In the other shop"): order.imported_from,
    }
    yield from (Fact(label, code=code) for label, code in codes.items() if code)
    if order.provider_status:
        yield Fact(_("Printify’s own word"), order.provider_status)
    for parcel in order.shipments.all():
        words = " ".join(filter(None, (parcel.carrier, parcel.number)))
        yield Fact(_("Parcel"), words or day_in_full(parcel.shipped_at.date()), parcel.url)
    yield Fact(_("Order"), code=str(order.pk))
