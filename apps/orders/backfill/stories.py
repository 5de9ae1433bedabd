"""An order's past as events, from the facts that it keeps: the payloads and source keys are those of the live log.

So an order whose entries are rebuilt reads as it did, and what a provider tells once more is a line that is there.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from apps.common.personal_data import anonymous
from apps.orders.backfill.deliveries import MAIL, PRINTIFY, Told
from apps.orders.models import Cart, MailKind, Order, Refund, SentMail, Shipment
from apps.orders.operations.carts import cart_key
from apps.orders.operations.facts import source_key
from apps.orders.operations.mail import EVENTS

_CALLED_OFF: Final = frozenset({"canceled", "cancelled"})


class PastEvent(NamedTuple):
    """An event of the taxonomy, as it was or would have been logged; without a level, at that of its type."""

    event_type: str
    occurred_at: datetime
    payload: dict[str, Any]
    source_key: str
    level: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An order, with all that is kept about it elsewhere. ``carts`` are its own, and those that went into that."""

    order: Order
    carts: Sequence[Cart] = ()
    parcels: Sequence[Shipment] = ()
    refunds: Sequence[Refund] = ()
    mails: Sequence[SentMail] = ()
    told: Sequence[Told] = ()


def story(past: Past) -> list[PastEvent]:
    """All that is known of the order in the order in which it happened, each event once.

    What happened at the same moment stands in the order in which it usually does.
    """
    order = past.order
    events = [
        *_payment(order),
        *_recovered_carts(order, past.carts),
        *_mails(order, past.mails),
        *_failed_submission(order),
        *_submission(order),
        *_production(order),
        *_parcels(order, past.parcels),
        *_delivery(order),
        *_cancellation(order),
        *_refunds(order, past.refunds),
        *_told(order, past.told),
    ]
    once: dict[str, PastEvent] = {}
    for event in events:
        once.setdefault(event.source_key, event)
    return sorted(once.values(), key=lambda event: event.occurred_at)


def _event(
    order: Order, event_type: str, at: datetime, payload: dict[str, Any] | None = None, *which: object
) -> PastEvent:
    return PastEvent(event_type, at, payload or {}, source_key(order.pk, event_type, *which))


def _provider(order: Order, ours: str) -> str:
    """Who did it: our provider, or the shop that the order comes from."""
    return order.imported_from.partition(":")[0] if order.imported_from else ours


def _payment(order: Order) -> Iterator[PastEvent]:
    if order.paid_at:
        payload = {
            "amount_minor": order.total_minor,
            "currency": order.currency,
            "provider": _provider(order, "stripe"),
        }
        intent = {"payment_intent_id": order.stripe_payment_intent_id} if order.stripe_payment_intent_id else {}
        yield _event(order, "order.created", order.paid_at, payload | intent)


def _recovered_carts(order: Order, carts: Iterable[Cart]) -> Iterator[PastEvent]:
    """Those that came back with the order that paid for them; another order of the same cart may not have been paid."""
    for cart in carts:
        if cart.recovered_at and cart.recovered_at == order.paid_at:
            key = cart_key(cart.pk, "abandoned_cart.recovered")
            yield PastEvent("abandoned_cart.recovered", cart.recovered_at, {"cart_id": str(cart.pk)}, key)


def _mails(order: Order, mails: Iterable[SentMail]) -> Iterator[PastEvent]:
    for sent in mails:
        event_type, _column = EVENTS[MailKind(sent.kind)]
        payload = {"recipient": sent.recipient, "message_id": sent.message_id}
        yield _event(order, event_type, sent.sent_at, payload, sent.message_id or sent.sent_at.isoformat())


def _failed_submission(order: Order) -> Iterator[PastEvent]:
    """The one that the order still shows. When it failed isn't known: not before it was paid."""
    if order.fulfilment_error and order.paid_at and not order.submitted_at:
        attempt = order.submission_attempts
        payload = {"provider": "printify", "reason": order.fulfilment_error, "code": "", "attempt": attempt}
        yield _event(order, "order.submission_failed", order.paid_at, payload, attempt)


def _submission(order: Order) -> Iterator[PastEvent]:
    if order.submitted_at:
        known = {"provider_order_id": order.printify_id} if order.printify_id else {}
        yield _event(order, "order.submitted", order.submitted_at, {"provider": _provider(order, "printify"), **known})


def _production(order: Order) -> Iterator[PastEvent]:
    if order.in_production_at:
        yield _event(order, "order.production", order.in_production_at, {"provider": _provider(order, "printify")})


def _parcels(order: Order, parcels: Sequence[Shipment]) -> Iterator[PastEvent]:
    for parcel in parcels or _only_parcel(order):
        payload = {"carrier": parcel.carrier, "tracking_number": parcel.number, "tracking_url": parcel.url}
        yield _event(order, "order.shipped", parcel.shipped_at, payload, anonymous(parcel.number))


def _only_parcel(order: Order) -> list[Shipment]:
    """What the order itself knows of a parcel."""
    if not order.shipped_at:
        return []
    number, carrier, url = order.tracking_number, order.tracking_carrier, order.tracking_url
    return [Shipment(order=order, number=number, carrier=carrier, url=url, shipped_at=order.shipped_at)]


def _delivery(order: Order) -> Iterator[PastEvent]:
    if order.delivered_at:
        yield _event(order, "order.delivered", order.delivered_at)


def _cancellation(order: Order) -> Iterator[PastEvent]:
    """Another shop may have had a word of its own for why."""
    if order.cancelled_at:
        has_reason = order.imported_from and order.provider_status.lower() not in _CALLED_OFF
        payload = {"reason": order.provider_status} if has_reason else {}
        yield _event(order, "order.cancelled", order.cancelled_at, payload)


def _refunds(order: Order, refunds: Iterable[Refund]) -> Iterator[PastEvent]:
    for refund in refunds:
        payload = {
            "amount_minor": refund.amount_minor,
            "total_minor": refund.total_minor,
            "currency": order.currency,
        }
        if refund.amount_minor:
            yield _event(order, "order.refunded", refund.refunded_at, payload, refund.total_minor)


def _told(order: Order, told: Iterable[Told]) -> Iterator[PastEvent]:
    """What providers told; a status that is told again while it holds is no news."""
    status = ""
    for each in told:
        if each.named_by == PRINTIFY:
            before, status = status, each.payload["status"]
            if not each.event_type or status == before:
                continue
        key = each.which if each.named_by == MAIL else source_key(order.pk, each.event_type, each.which)
        yield PastEvent(each.event_type, each.occurred_at, _payload(order, each), key, each.level)


def _payload(order: Order, told: Told) -> dict[str, Any]:
    payload = dict(told.payload)
    if told.named_by == MAIL:
        payload["mail"] = str(MailKind(payload["mail"]).label)
    if told.event_type == "order.refund_failed":
        payload["currency"] = order.currency
    return payload
