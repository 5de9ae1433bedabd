"""What became of mail, in anymail's common words. Few providers tell of deliveries: silence proves nothing."""

from typing import Any

from apps.orders import operations
from apps.orders.providers.reports import read_time, text
from apps.webhooks.models import WebhookDelivery
from apps.webhooks.registry import handles


@handles("email", "bounced", "rejected", "failed", "complained")
def mail_bounced(delivery: WebhookDelivery) -> bool:
    message = delivery.message()
    reason = text(message.get("description")) or text(message.get("reject_reason"))
    _record_mail(delivery, "email.bounced", {"kind": delivery.event_type, "reason": reason})
    return True


@handles("email", "delivered")
def mail_delivered(delivery: WebhookDelivery) -> bool:
    _record_mail(delivery, "email.delivered", {})
    return True


def _record_mail(delivery: WebhookDelivery, event_type: str, facts: dict[str, Any]) -> None:
    message = delivery.message()
    operations.record_mail_event(
        event_type,
        message_id=text(message.get("message_id")),
        recipient=text(message.get("recipient")),
        at=read_time(message.get("timestamp")) or delivery.received_at,
        event_id=str(delivery.pk),
        facts=facts,
    )
