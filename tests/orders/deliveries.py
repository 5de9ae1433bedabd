"""Messages of the providers about an order, as their documentation shows them, taken in and processed."""

import json
from datetime import datetime, timedelta
from typing import Any

from apps.webhooks import inbox, processing
from apps.webhooks.inbox import Envelope
from apps.webhooks.models import DeliveryStatus, WebhookDelivery
from tests.orders.factories import NOON


def told_by_stripe(
    event_type: str, about: dict[str, Any], *, at: datetime = NOON, **event: Any
) -> DeliveryStatus | None:
    """Stripe tells of something; what became of the message."""
    message = {
        "id": event.pop("id", f"evt_{event_type}_{at.timestamp()}"),
        "object": "event",
        "type": event_type,
        "created": int(at.timestamp()),
        "livemode": False,
        "data": {"object": about, **event},
    }
    return told("stripe", message)


def told_by_printify(
    event_type: str, order_id: str, data: dict[str, Any], *, at: datetime = NOON
) -> DeliveryStatus | None:
    """Printify tells of one of its orders."""
    message = {
        "id": f"{event_type}:{order_id}:{at.timestamp()}:{json.dumps(data, sort_keys=True)[:80]}",
        "type": event_type,
        "created_at": at.strftime("%Y-%m-%d %H:%M:%S+00:00"),
        "resource": {"id": order_id, "type": "order", "data": {"shop_id": 1, **data}},
    }
    return told("printify", message)


def told_by_mail(event_type: str, **facts: Any) -> DeliveryStatus | None:
    """The mail provider tells of a mail."""
    message = {"esp": "postmark", "event_type": event_type, "timestamp": NOON.isoformat(), "event_id": "1"} | facts
    return told("email", message | {"id": f"{event_type}:{json.dumps(facts)}", "type": event_type})


def told(provider: str, message: dict[str, Any]) -> DeliveryStatus | None:
    envelope = Envelope(message["id"], message["type"])
    inbox.store(provider=provider, envelope=envelope, body=json.dumps(message).encode(), headers={})
    delivery = WebhookDelivery.objects.get(provider=provider, event_id=envelope.event_id)
    return processing.process(delivery.pk) or DeliveryStatus(delivery.status)


def session(order: Any, **changes: Any) -> dict[str, Any]:
    """A checkout session of the order's, paid."""
    return {
        "id": "cs_1",
        "object": "checkout.session",
        "payment_status": "paid",
        "payment_intent": f"pi_{order.number}",
        "client_reference_id": str(order.pk),
        "metadata": {"order_id": str(order.pk)},
        "amount_subtotal": order.subtotal_minor,
        "amount_total": order.total_minor,
        "total_details": {"amount_shipping": 0, "amount_tax": 0, "amount_discount": 0},
        "currency": "gbp",
        "customer_details": {"email": "payer@example.com"},
        "collected_information": {
            "shipping_details": {
                "name": "Ada Payer",
                "address": {"line1": "1 High St", "line2": None, "city": "York", "postal_code": "YO1", "country": "GB",
                            "state": ""},
            }
        },
        **changes,
    }  # fmt: skip


def later(hours: int) -> datetime:
    return NOON + timedelta(hours=hours)
