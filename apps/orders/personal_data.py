"""What the shop keeps about a customer: orders, carts, mails, and what the log says of them.

An order stays, with what was sold for how much, and so does its story; where it went, to whom and with which picture
goes. So do orders that a guest placed with an address that the person has confirmed.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Lower
from django.utils import translation
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.personal_data import addresses
from apps.common.personal_data import ERASED, NotNow, Section, permitted_erasure
from apps.orders.event_types import EVENT_TYPES
from apps.orders.models import ActivityEntry, Cart, OpenProblem, Order, OrderLine, SentMail, StaffRequest
from apps.orders.models.order_parts import Shipment
from apps.orders.states import IN_PROGRESS
from apps.webhooks.retention import forget_bodies_that_name

_ADDRESS: Final = f"{ERASED}@{ERASED}.invalid"
# What a customer is known by in an entry about their order, and what people wrote there.
_OF_CUSTOMERS: Final = frozenset({"recipient", "text", "reason", "tracking_number", "tracking_url", "message_id"})
_OF_STAFF: Final = frozenset({"by", "author"})


def sections(user: User) -> Iterator[Section]:
    """All that is the person's, by what it is, row by row."""
    orders = _orders(user).order_by("created_at").prefetch_related("lines")
    yield "orders", map(_as_row, orders.iterator(chunk_size=500))
    carts = _carts(user).filter(closed_at=None)
    yield "carts", carts.values("created_at", "lines__variant__product__title", "lines__quantity").iterator()
    yield "mails", _mails(user).order_by("sent_at").values("kind", "recipient", "sent_at").iterator()


def require_rest(user: User) -> None:
    """Raises NotNow while an order is on its way to them."""
    mine = _orders(user).filter(status__in=sorted(IN_PROGRESS), imported_from=None)
    if under_way := mine.values_list("number", flat=True).first():
        raise NotNow(_("Order %(number)s is still under way.") % {"number": under_way})


def erase(user: User, *, now: datetime) -> None:
    """Takes the person out of the shop and of its log, as a customer and as one of the staff."""
    forget_bodies_that_name(_names(user))
    with permitted_erasure("activity_log"):
        _erase_from_log(user)
        _erase_parts(_orders(user))
        _mails(user).update(recipient=_ADDRESS, message_id="")
        _carts(user).update(email="", closed_at=Coalesce("closed_at", now))
        _orders(user).update(
            email=_ADDRESS, shipping_address={}, tracking_number="", tracking_url="", fulfilment_error=""
        )


def _orders(user: User) -> QuerySet[Order]:
    return Order.objects.annotate(of=Lower("email")).filter(Q(user=user) | Q(of__in=addresses(user)))


def _carts(user: User) -> QuerySet[Cart]:
    return Cart.objects.annotate(of=Lower("email")).filter(Q(user=user) | Q(of__in=addresses(user)))


def _mails(user: User) -> QuerySet[SentMail]:
    theirs = Q(order__user=user) | Q(cart__user=user)
    return SentMail.objects.annotate(of=Lower("recipient")).filter(theirs | Q(of__in=addresses(user)))


def _as_row(order: Order) -> dict[str, object]:
    return {
        "number": order.number,
        "placed_at": order.created_at,
        "status": order.status,
        "email": order.email,
        "shipping_address": order.shipping_address,
        "total_minor": order.total_minor,
        "refunded_minor": order.refunded_minor,
        "currency": order.currency,
        "lines": [f"{line.quantity} × {line.title} {line.variant_title}".strip() for line in order.lines.all()],
    }


def _names(user: User) -> frozenset[str]:
    """By what messages of providers name the person or one of their orders."""
    ids = _orders(user).values_list("pk", "printify_id", "stripe_payment_intent_id")
    return addresses(user) | {str(name) for names in ids for name in names if name}


def _erase_parts(orders: QuerySet[Order]) -> None:
    lines = OrderLine.objects.filter(order__in=orders)
    for line in lines.exclude(artwork=""):
        default_storage.delete(str(line.artwork))
    lines.update(artwork="", artwork_url="")
    for shipment in Shipment.objects.filter(order__in=orders).exclude(number=""):
        shipment.number, shipment.url = f"{ERASED} {shipment.pk}", ""
        shipment.save(update_fields=["number", "url"])
    StaffRequest.objects.filter(order__in=orders).update(reason="")


def _erase_from_log(user: User) -> None:
    known = addresses(user)
    about = Q(order__in=_orders(user).values("pk")) | Q(payload__cart_id__in=[str(each.pk) for each in _carts(user)])
    _reword(ActivityEntry.objects.filter(about | _naming("recipient", known)), _OF_CUSTOMERS)
    _reword(ActivityEntry.objects.filter(Q(payload__by_id=user.pk) | _naming("author", known)), _OF_STAFF)


def _naming(fact: str, known: Collection[str]) -> Q:
    """However the address was capitalised."""
    named = Q(pk=None)
    for address in known:
        named |= Q(**{f"payload__{fact}__iexact": address})
    return named


def _reword(entries: QuerySet[ActivityEntry], words: Collection[str]) -> None:
    for entry in entries.iterator():
        payload = {name: ERASED if name in words and value else value for name, value in entry.payload.items()}
        message = _said(entry, payload)
        ActivityEntry.objects.filter(pk=entry.pk).update(payload=payload, message=message)
        OpenProblem.objects.filter(last_entry_id=entry.pk).update(message=message)


def _said(entry: ActivityEntry, payload: dict[str, Any]) -> str:
    """The line anew; of a type that is known no more there is nothing to say but its name."""
    known = EVENT_TYPES.get(entry.event_type)
    with translation.override(settings.LANGUAGE_CODE):
        return known.say(payload) if known else entry.event_type
