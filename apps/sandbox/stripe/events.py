"""Events: kept for whoever asks, and those that the product's endpoint is registered for, posted to it."""

import json
from typing import Any, Final

from django.conf import settings

from apps.sandbox import deliveries
from apps.sandbox.addresses import product
from apps.sandbox.identifiers import stripe_id
from apps.sandbox.stripe import store
from apps.sandbox.stripe.errors import API_VERSION
from apps.sandbox.stripe.store import Body

# What somebody would tick in the dashboard for a shop with subscriptions.
REGISTERED: Final = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "payment_intent.payment_failed",
        "charge.refunded",
        "charge.refund.updated",
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "invoice.paid",
        "invoice.payment_failed",
        "customer.subscription.created",
        "customer.subscription.updated",
        "customer.subscription.deleted",
    }
)
PATH: Final = "/webhooks/stripe/"


def emit(type: str, subject: Body, previous: Body | None = None) -> Body:
    """Makes the event, as its object is now, and posts it where it is registered."""
    told: dict[str, Any] = {"object": store.presented(subject, [])}
    if previous is not None:
        told["previous_attributes"] = previous
    event = store.add(_event(type, told))
    if type in REGISTERED:
        deliveries.send(
            sender="stripe",
            topic=type,
            subject=subject["id"],
            url=product(PATH),
            secret=settings.STRIPE_WEBHOOK_SECRET,
            body=json.dumps(event, indent=2, ensure_ascii=False),
        )
    return event


def _event(type: str, told: dict[str, Any]) -> Body:
    return {
        "id": stripe_id("evt"),
        "object": "event",
        "account": None,
        "api_version": API_VERSION,
        "context": None,
        "created": store.timestamp(),
        "data": told,
        "livemode": False,
        "pending_webhooks": int(type in REGISTERED),
        "request": {"id": None, "idempotency_key": None},
        "type": type,
    }
