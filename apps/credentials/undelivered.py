"""Inbox credentials that can't reach their recipient: their chain ends as FAILED and says why."""

from datetime import datetime

from django.db import transaction

from apps.credentials import log
from apps.credentials.event_types import EventType, RecipientType, Source
from apps.credentials.holding import hold
from apps.credentials.models import InboxCredential, Issuance
from apps.credentials.recipients import Recipient


def give_up(inbox: InboxCredential, issuance: Issuance, *, error: str, now: datetime, identifier: str = "") -> None:
    """Ends what waits; ``identifier`` stands for the recipient's own where that must not be written any more."""
    inbox.closed_at, inbox.mail_due = now, False
    inbox.save(update_fields=["closed_at", "mail_due"])
    log.append(
        issuance=issuance,
        event_type=EventType.FAILED,
        source=Source(issuance.source),
        recipient=Recipient(RecipientType(inbox.recipient_type), identifier or inbox.recipient_value, None),
        inbox_credential_id=inbox.pk,
        metadata={"error": error},
    )


@transaction.atomic
def record_bounce(*, message_id: str, error: str, now: datetime) -> bool:
    """The mail provider couldn't deliver a claim mail; false where the mail isn't one.

    What was claimed all the same, or has ended, stays as it is. Told again, nothing happens.
    """
    mailed = InboxCredential.objects.exclude(message_id="").filter(message_id=message_id)
    issuance_id = mailed.values_list("issuance", flat=True).first()
    if issuance_id is None:
        return False
    held = hold(issuance_id)
    if held.inbox and held.inbox.closed_at is None and held.issuance.is_open:
        give_up(held.inbox, held.issuance, error=error, now=now)
    return True
