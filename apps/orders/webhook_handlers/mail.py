"""What became of mail, in anymail's common words. Few providers tell of deliveries: silence proves nothing."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from apps.orders import operations
from apps.orders.providers.reports import read_time, text
from apps.webhooks.models import WebhookDelivery
from apps.webhooks.registry import handles

BOUNCES: Final = ("bounced", "rejected", "failed", "complained")
DELIVERED: Final = "delivered"


class MailReport(NamedTuple):
    """What the provider tells of one mail, as an event of the log."""

    event_type: str
    message_id: str
    recipient: str
    at: datetime
    facts: dict[str, Any]


@handles("email", *BOUNCES, DELIVERED)
def mail_reported(delivery: WebhookDelivery) -> bool:
    operations.record_mail_event(**read_report(delivery)._asdict(), event_id=str(delivery.pk))
    return True


def read_report(delivery: WebhookDelivery) -> MailReport:
    """What the message says. Raises ValueError where it is none."""
    message = delivery.message()
    has_arrived = delivery.event_type == DELIVERED
    reason = text(message.get("description")) or text(message.get("reject_reason"))
    return MailReport(
        event_type="email.delivered" if has_arrived else "email.bounced",
        message_id=text(message.get("message_id")),
        recipient=text(message.get("recipient")),
        at=read_time(message.get("timestamp")) or delivery.received_at,
        facts={} if has_arrived else {"kind": delivery.event_type, "reason": reason},
    )
