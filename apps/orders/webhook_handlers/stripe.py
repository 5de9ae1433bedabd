"""Stripe's events. They come in no order and more than once; amounts are in the currency's minor unit."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from apps.orders import operations
from apps.orders.models import Order
from apps.orders.operations import Totals
from apps.orders.providers.reports import text
from apps.webhooks.models import WebhookDelivery
from apps.webhooks.registry import NotUnderstood, NotYet, handles


@handles("stripe", "checkout.session.completed", "checkout.session.async_payment_succeeded")
def session_completed(delivery: WebhookDelivery) -> bool:
    """Paid, or paid later; ``unpaid`` is a method that takes days, and another message will follow."""
    session, at = _stripe(delivery)
    order = _order_named_in(session)
    if order is None:
        return False
    if session.get("payment_status") not in {"paid", "no_payment_required"}:
        operations.record_payment_pending(order, at=at)
        return True
    operations.record_payment(
        order.pk,
        at=at,
        payment_intent_id=_id_of(session.get("payment_intent")),
        email=text(_mapping(session.get("customer_details")).get("email")),
        shipping_address=_address(session),
        totals=_totals(session, order),
    )
    return True


@handles("stripe", "checkout.session.async_payment_failed")
def session_payment_failed(delivery: WebhookDelivery) -> bool:
    session, at = _stripe(delivery)
    order = _order_named_in(session)
    if order is None:
        return False
    operations.record_payment_failure(
        order.pk, at=at, reason="the payment didn't go through", event_id=delivery.event_id
    )
    return True


@handles("stripe", "checkout.session.expired")
def session_expired(delivery: WebhookDelivery) -> bool:
    session, at = _stripe(delivery)
    order = _order_named_in(session)
    if order is None:
        return False
    operations.record_expiry(order.pk, at=at)
    return True


@handles("stripe", "charge.refunded")
def charge_refunded(delivery: WebhookDelivery) -> bool:
    """``amount_refunded`` is cumulative; ``previous_attributes`` says from where it rose, right in any order."""
    charge, at = _stripe(delivery)
    order = _order_named_in(charge) or _order_paid_by(charge)
    if order is None:
        return False
    previous = _mapping(_mapping(delivery.message()["data"]).get("previous_attributes"))
    operations.record_refund(
        order.pk,
        total_minor=_amount(charge, "amount_refunded"),
        before_minor=_amount(previous, "amount_refunded") if "amount_refunded" in previous else None,
        at=at,
    )
    return True


@handles("stripe", "refund.failed", "charge.refund.updated")
def refund_failed(delivery: WebhookDelivery) -> bool:
    """Two messages tell of the same failure; the refund's id makes it one line."""
    refund, at = _stripe(delivery)
    if refund.get("status") != "failed":
        return False
    order = _order_named_in(refund) or _known_order_paid_by(refund)
    operations.record_refund_failure(
        order.pk,
        amount_minor=_amount(refund, "amount"),
        reason=text(refund.get("failure_reason")).replace("_", " "),
        at=at,
        refund_id=_id_of(refund),
    )
    return True


@handles("stripe", "charge.dispute.created", "charge.dispute.updated")
def dispute_opened(delivery: WebhookDelivery) -> bool:
    """``due_by`` 0 means that it can't be answered."""
    dispute, at = _stripe(delivery)
    due_by = _mapping(dispute.get("evidence_details")).get("due_by")
    operations.open_dispute(
        _known_order_paid_by(dispute).pk,
        dispute_id=_id_of(dispute),
        amount_minor=_amount(dispute, "amount"),
        currency=text(dispute.get("currency")).upper(),
        reason=text(dispute.get("reason")).replace("_", " "),
        status=text(dispute.get("status")),
        due_at=datetime.fromtimestamp(due_by, UTC) if isinstance(due_by, int) and due_by > 0 else None,
        at=_time(dispute.get("created")) or at,
    )
    return True


@handles("stripe", "charge.dispute.closed")
def dispute_closed(delivery: WebhookDelivery) -> bool:
    dispute, at = _stripe(delivery)
    operations.close_dispute(
        _known_order_paid_by(dispute).pk, dispute_id=_id_of(dispute), status=text(dispute.get("status")), at=at
    )
    return True


def _stripe(delivery: WebhookDelivery) -> tuple[Mapping[str, Any], datetime]:
    """What the event is about, and when it happened."""
    event = delivery.message()
    about = _mapping(event["data"]).get("object")
    if not isinstance(about, Mapping):
        raise NotUnderstood("the event has no object")
    return about, _time(event.get("created")) or delivery.received_at


def _time(seconds: object) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) and seconds > 0 else None


def _order_named_in(about: Mapping[str, Any]) -> Order | None:
    """The order whose id we gave along; null for what was never about an order."""
    named = _mapping(about.get("metadata")).get("order_id")
    if not named:
        return None
    order = Order.objects.filter(pk=UUID(str(named))).first()
    if order is None:
        raise NotYet(f"no order {named}")
    return order


def _order_paid_by(about: Mapping[str, Any]) -> Order | None:
    payment = _id_of(about.get("payment_intent"))
    return Order.objects.filter(stripe_payment_intent_id=payment).first() if payment else None


def _known_order_paid_by(about: Mapping[str, Any]) -> Order:
    """The order; not to find one is for a person in the end, because money is at stake."""
    order = _order_paid_by(about)
    if order is None:
        raise NotYet(f"no order paid by {_id_of(about.get('payment_intent')) or 'nothing'}")
    return order


def _id_of(thing: object) -> str:
    """The id of what is given by its id, or in full."""
    return text(thing.get("id")) if isinstance(thing, Mapping) else text(thing)


def _amount(about: Mapping[str, Any], name: str) -> int:
    value = about.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise NotUnderstood(f"{name} is {value!r:.40}")
    return value


def _totals(session: Mapping[str, Any], order: Order) -> Totals | None:
    """What was charged in the end; null where the session says nothing of it."""
    if session.get("amount_total") is None:
        return None
    if text(session.get("currency")).upper() != order.currency:
        raise NotUnderstood(f"paid in {text(session.get('currency'))}, ordered in {order.currency}")
    details = _mapping(session.get("total_details"))
    shipping, tax = details.get("amount_shipping") or 0, details.get("amount_tax") or 0
    return Totals(_amount(session, "amount_total") - shipping - tax, shipping, tax)


def _address(session: Mapping[str, Any]) -> dict[str, str]:
    """Where to send it, wherever this version of Stripe's API says so; empty where it doesn't."""
    collected = _mapping(session.get("collected_information")).get("shipping_details")
    told = _mapping(collected or session.get("shipping_details"))
    parts = _mapping(told.get("address"))
    if not parts:
        return {}
    address = {name: text(parts.get(name)) for name in ("line1", "line2", "city", "postal_code", "country")}
    return {"name": text(told.get("name")), **address, "region": text(parts.get("state"))}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
