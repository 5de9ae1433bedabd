"""What a shop asks the payment provider for."""

from typing import Any

from stripe import StripeClient
from stripe.checkout import Session

PRINT: dict[str, Any] = {
    "quantity": 2,
    "price_data": {
        "currency": "gbp",
        "unit_amount": 2150,
        "product_data": {"name": "Framed print, 8″ × 10″", "metadata": {"variant": "17887"}},
    },
}
PLAN: dict[str, Any] = {
    "quantity": 1,
    "price_data": {
        "currency": "gbp",
        "unit_amount": 1900,
        "product_data": {"name": "Pro plan"},
        "recurring": {"interval": "month"},
    },
}
PAYER = {
    "email": "customer@example.com",
    "name": "Ada Sample",
    "line1": "1 Sandbox Lane",
    "city": "London",
    "postal_code": "EC1A 1BB",
    "country": "GB",
}


def asked_for(stripe: StripeClient, **changes: Any) -> Session:
    """A checkout session for two prints."""
    params: dict[str, Any] = {
        "mode": "payment",
        "line_items": [PRINT],
        "client_reference_id": "cart-1",
        "metadata": {"order": "42"},
        "customer_email": "customer@example.com",
        "success_url": "http://127.0.0.1:8000/orders/?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:8000/cart/",
    }
    return stripe.v1.checkout.sessions.create(params | changes)  # type: ignore[arg-type]
