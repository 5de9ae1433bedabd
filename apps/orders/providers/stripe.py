"""Stripe for orders: checkout sessions, refunds."""

from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings

from apps.common.stripe_calls import called
from apps.orders.models import Order, OrderLine


class CheckoutSession(NamedTuple):
    """Where the customer pays, and until when."""

    id: str
    url: str
    expires_at: datetime


class RefundRequest(NamedTuple):
    """What Stripe makes of a refund; ``refunded_minor`` of the charge has gone back with it in all, 0 for unknown."""

    id: str
    status: str
    refunded_minor: int = 0


def create_checkout_session(order: Order, *, success_url: str, cancel_url: str) -> CheckoutSession:
    """A page of Stripe's where the order is paid; asked for again, the same one. Raises ProviderError.

    ``client_reference_id`` is the cart; the order's id goes along with session and payment, so that every later event
    names it.
    """
    metadata = {"order_id": str(order.pk), "order_number": order.number}
    params: dict[str, Any] = {
        "mode": "payment",
        "line_items": [_line_item(line, order.currency) for line in order.lines.order_by("position")],
        "client_reference_id": str(order.cart_id or order.pk),
        "customer_email": order.email or None,
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata},
        "success_url": success_url,
        "cancel_url": cancel_url,
        "shipping_address_collection": {"allowed_countries": list(settings.SHOP_COUNTRIES)},
    }
    if order.shipping_minor:
        params["shipping_options"] = [_shipping(order)]
    session = called(
        lambda client: client.v1.checkout.sessions.create(
            _without_nulls(params), {"idempotency_key": f"checkout:{order.pk}"}
        )
    )
    return CheckoutSession(session.id, session.url or "", datetime.fromtimestamp(session.expires_at, UTC))


def expire_checkout_session(session_id: str) -> None:
    """Ends a session that nobody shall pay any more. Raises ProviderError."""
    called(lambda client: client.v1.checkout.sessions.expire(session_id))


def refund(order: Order, *, amount_minor: int | None, key: UUID | str) -> RefundRequest:
    """Asks Stripe to give back an amount, or all that is left. The same ``key`` again: the same refund.

    Raises ProviderError.
    """
    params = {
        "payment_intent": order.stripe_payment_intent_id,
        "amount": amount_minor,
        "metadata": {"order_id": str(order.pk)},
        "expand": ["charge"],
    }
    made = called(lambda client: client.v1.refunds.create(_without_nulls(params), {"idempotency_key": f"refund:{key}"}))
    return RefundRequest(made.id, made.status or "", _refunded(made))


def _refunded(refund: Any) -> int:
    """A charge that wasn't expanded is an id."""
    told = getattr(getattr(refund, "charge", None), "amount_refunded", None)
    return told if isinstance(told, int) and refund.status in {"succeeded", "pending"} else 0


def _line_item(line: OrderLine, currency: str) -> dict[str, Any]:
    name = f"{line.title} – {line.variant_title}" if line.variant_title else line.title
    return {
        "price_data": {
            "currency": currency.lower(),
            "unit_amount": line.unit_price_minor,
            "product_data": {"name": name},
        },
        "quantity": line.quantity,
    }


def _shipping(order: Order) -> dict[str, Any]:
    amount = {"amount": order.shipping_minor, "currency": order.currency.lower()}
    return {"shipping_rate_data": {"type": "fixed_amount", "display_name": "Standard", "fixed_amount": amount}}


def _without_nulls(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}
