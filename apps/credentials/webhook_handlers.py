"""What mail providers tell of claim mails, in anymail's common words."""

from apps.credentials import undelivered
from apps.webhooks.models import WebhookDelivery
from apps.webhooks.registry import handles


@handles("email", "bounced", "rejected", "failed")
def claim_mail_bounced(delivery: WebhookDelivery) -> bool:
    message = delivery.message()
    return undelivered.record_bounce(
        message_id=str(message.get("message_id") or ""),
        error=str(message.get("description") or message.get("reject_reason") or delivery.event_type),
        now=delivery.received_at,
    )
