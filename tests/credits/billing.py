"""Subscriptions and invoices as Stripe's API (2026-10-28) gives them, with the fields that anybody here reads."""

from datetime import UTC, datetime, timedelta
from typing import Any

from apps.accounts.models import User

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PERIOD = timedelta(days=30)


def subscription(person: User, *, plan: str = "pro", number: int = 0, **changes: Any) -> dict[str, Any]:
    """The person's subscription, in its period of that number."""
    price = {"id": f"price_{plan}", "object": "price", "currency": "gbp", "unit_amount": 1500, "type": "recurring"}
    item = {
        "id": "si_1",
        "object": "subscription_item",
        "current_period_start": _seconds(number),
        "current_period_end": _seconds(number + 1),
        "price": price,
        "quantity": 1,
        "subscription": "sub_1",
    }
    return {
        "id": "sub_1",
        "object": "subscription",
        "cancel_at": None,
        "cancel_at_period_end": False,
        "customer": "cus_1",
        "ended_at": None,
        "items": {"object": "list", "data": [item], "has_more": False},
        "metadata": {"user": str(person.public_id)},
        "status": "active",
        **changes,
    }


def invoice(person: User, *, number: int = 0, plan: str = "pro", **changes: Any) -> dict[str, Any]:
    """The bill for that period of the subscription."""
    metadata = {"user": str(person.public_id)}
    return {
        "id": f"in_{number}",
        "object": "invoice",
        "billing_reason": "subscription_cycle" if number else "subscription_create",
        "customer": "cus_1",
        "lines": {"object": "list", "data": [_line(plan, number)], "has_more": False},
        "parent": {
            "type": "subscription_details",
            "quote_details": None,
            "subscription_details": {"metadata": metadata, "subscription": "sub_1"},
        },
        # Of the bill itself, which for a renewal is the period before; the lines have the one that is paid for.
        "period_start": _seconds(max(number - 1, 0)),
        "period_end": _seconds(number),
        **changes,
    }


def _line(plan: str, number: int) -> dict[str, Any]:
    return {
        "id": "il_1",
        "object": "line_item",
        "amount": 1500,
        "parent": {
            "type": "subscription_item_details",
            "invoice_item_details": None,
            "subscription_item_details": {"proration": False, "subscription": "sub_1", "subscription_item": "si_1"},
        },
        "period": {"start": _seconds(number), "end": _seconds(number + 1)},
        "pricing": {"type": "price_details", "price_details": {"price": f"price_{plan}", "product": "prod_1"}},
    }


def _seconds(number: int) -> int:
    return int((NOW + number * PERIOD).timestamp())
