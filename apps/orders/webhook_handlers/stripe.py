"""Stripe's events. They come in no order and more than once; amounts are in the currency's minor unit."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from apps.orders import operations
from apps.orders.models import Order
from apps.orders.operations import Totals
from apps.orders.providers.reports import text
from apps.orders.webhook_handlers.stripe_messages import (
    NOT_PAID,
    amount_of,
    event_of,
    id_of,
    mapping,
    order_id_in,
    payment_of,
    read_dispute,
    read_refund_failure,
)
from apps.webhooks.models import WebhookDelivery
from apps.webhooks.registry import NotUnderstood, NotYet, handles


@handles("stripe", "checkout.session.completed", "checkout.session.async_payment_succeeded")
def session_completed(delivery: WebhookDelivery) -> bool:
    """Paid, or paid later; ``unpaid`` is a method that takes days, and another message will follow."""
    session, at = event_of(delivery)
    order = _order_named_in(session)
    if order is None:
        return False
    if session.get("payment_status") not in {"paid", "no_payment_required"}:
        operations.record_payment_pending(order, at=at)
        return True
    operations.record_payment(
        order.pk,
        at=at,
        payment_intent_id=payment_of(session),
        email=text(mapping(session.get("customer_details")).get("email")),
        shipping_address=_address(session),
        totals=_totals(session, order),
    )
    return True


@handles("stripe", "checkout.session.async_payment_failed")
def session_payment_failed(delivery: WebhookDelivery) -> bool:
    session, at = event_of(delivery)
    order = _order_named_in(session)
    if order is None:
        return False
    operations.record_payment_failure(order.pk, at=at, reason=NOT_PAID, event_id=delivery.event_id)
    return True


@handles("stripe", "checkout.session.expired")
def session_expired(delivery: WebhookDelivery) -> bool:
    session, at = event_of(delivery)
    order = _order_named_in(session)
    if order is None:
        return False
    operations.record_expiry(order.pk, at=at)
    return True


@handles("stripe", "charge.refunded")
def charge_refunded(delivery: WebhookDelivery) -> bool:
    """``amount_refunded`` is cumulative; ``previous_attributes`` says from where it rose, right in any order."""
    charge, at = event_of(delivery)
    order = _order_named_in(charge) or _order_paid_by(charge)
    if order is None:
        return False
    previous = mapping(mapping(delivery.message()["data"]).get("previous_attributes"))
    operations.record_refund(
        order.pk,
        total_minor=amount_of(charge, "amount_refunded"),
        before_minor=amount_of(previous, "amount_refunded") if "amount_refunded" in previous else None,
        at=at,
    )
    return True


@handles("stripe", "refund.failed", "charge.refund.updated")
def refund_failed(delivery: WebhookDelivery) -> bool:
    """Two messages tell of the same failure; the refund's id makes it one line."""
    refund, at = event_of(delivery)
    failure = read_refund_failure(refund)
    if failure is None:
        return False
    order = _order_named_in(refund) or _known_order_paid_by(refund)
    operations.record_refund_failure(order.pk, **failure._asdict(), at=at)
    return True


@handles("stripe", "charge.dispute.created", "charge.dispute.updated")
def dispute_opened(delivery: WebhookDelivery) -> bool:
    dispute, at = event_of(delivery)
    operations.open_dispute(_known_order_paid_by(dispute).pk, **read_dispute(dispute, at)._asdict())
    return True


@handles("stripe", "charge.dispute.closed")
def dispute_closed(delivery: WebhookDelivery) -> bool:
    dispute, at = event_of(delivery)
    operations.close_dispute(
        _known_order_paid_by(dispute).pk, dispute_id=id_of(dispute), status=text(dispute.get("status")), at=at
    )
    return True


def _order_named_in(about: Mapping[str, Any]) -> Order | None:
    """The order whose id we gave along; null for what was never about an order."""
    named = order_id_in(about)
    if not named:
        return None
    order = Order.objects.filter(pk=UUID(named)).first()
    if order is None:
        raise NotYet(f"no order {named}")
    return order


def _order_paid_by(about: Mapping[str, Any]) -> Order | None:
    payment = payment_of(about)
    return Order.objects.filter(stripe_payment_intent_id=payment).first() if payment else None


def _known_order_paid_by(about: Mapping[str, Any]) -> Order:
    """The order; not to find one is for a person in the end, because money is at stake."""
    order = _order_paid_by(about)
    if order is None:
        raise NotYet(f"no order paid by {payment_of(about) or 'nothing'}")
    return order


def _totals(session: Mapping[str, Any], order: Order) -> Totals | None:
    """What was charged in the end; null where the session says nothing of it."""
    if session.get("amount_total") is None:
        return None
    if text(session.get("currency")).upper() != order.currency:
        raise NotUnderstood(f"paid in {text(session.get('currency'))}, ordered in {order.currency}")
    details = mapping(session.get("total_details"))
    shipping, tax = details.get("amount_shipping") or 0, details.get("amount_tax") or 0
    return Totals(amount_of(session, "amount_total") - shipping - tax, shipping, tax)


def _address(session: Mapping[str, Any]) -> dict[str, str]:
    """Where to send it, wherever this version of Stripe's API says so; empty where it doesn't."""
    collected = mapping(session.get("collected_information")).get("shipping_details")
    told = mapping(collected or session.get("shipping_details"))
    parts = mapping(told.get("address"))
    if not parts:
        return {}
    address = {name: text(parts.get(name)) for name in ("line1", "line2", "city", "postal_code", "country")}
    return {"name": text(told.get("name")), **address, "region": text(parts.get("state"))}
