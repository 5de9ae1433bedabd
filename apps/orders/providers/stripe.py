"""Stripe through its own package: checkout sessions, refunds. The package is imported when it is first needed."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from importlib import import_module
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from django.conf import settings

from apps.orders.models import Order, OrderLine
from apps.orders.providers.errors import ProviderError

TIMEOUT_S: Final = 20
NETWORK_RETRIES: Final = 2
Answer = TypeVar("Answer")


class CheckoutSession(NamedTuple):
    """Where the customer pays, and until when."""

    id: str
    url: str
    expires_at: datetime


class RefundRequest(NamedTuple):
    """What Stripe makes of a refund; that the money went back is told by a webhook."""

    id: str
    status: str


@lru_cache(maxsize=1)
def _package() -> Any:
    return import_module("stripe")


@lru_cache(maxsize=4)
def _client(key: str, base: str) -> Any:
    """One client a process, so that connections are kept."""
    stripe = _package()
    return stripe.StripeClient(
        key,
        base_addresses={"api": base},
        max_network_retries=NETWORK_RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_S),
    )


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
    session = _called(
        lambda client: client.v1.checkout.sessions.create(
            _without_nulls(params), {"idempotency_key": f"checkout:{order.pk}"}
        )
    )
    return CheckoutSession(session.id, session.url or "", datetime.fromtimestamp(session.expires_at, UTC))


def expire_checkout_session(session_id: str) -> None:
    """Ends a session that nobody shall pay any more. Raises ProviderError."""
    _called(lambda client: client.v1.checkout.sessions.expire(session_id))


def refund(order: Order, *, amount_minor: int | None, key: UUID | str) -> RefundRequest:
    """Asks Stripe to give back an amount, or all that is left. The same ``key`` again: the same refund.

    Raises ProviderError.
    """
    params = {
        "payment_intent": order.stripe_payment_intent_id,
        "amount": amount_minor,
        "metadata": {"order_id": str(order.pk)},
    }
    made = _called(
        lambda client: client.v1.refunds.create(_without_nulls(params), {"idempotency_key": f"refund:{key}"})
    )
    return RefundRequest(made.id, made.status or "")


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


def _called(call: Callable[[Any], Answer]) -> Answer:
    """The answer of a call. Raises ProviderError, permanent where Stripe has understood and said no."""
    if not settings.STRIPE_SECRET_KEY:
        raise ProviderError("No STRIPE_SECRET_KEY is set.", permanent=True)
    stripe = _package()
    try:
        return call(_client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE))
    except stripe.StripeError as error:
        transient = isinstance(error, stripe.APIConnectionError | stripe.RateLimitError) or _status(error) >= 500
        raise ProviderError(
            error.user_message or str(error),
            code=error.code or "",
            permanent=not transient,
            retry_after_s=_retry_after(error.headers),
        ) from error


def _status(error: Any) -> int:
    return int(error.http_status or 0)


def _retry_after(headers: Any) -> float | None:
    with suppress(TypeError, ValueError, AttributeError):
        return float(headers.get("Retry-After"))
    return None
