"""The end of inbox credentials that nobody claimed in time."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.credentials import log
from apps.credentials.event_types import EventType, RecipientType, Source
from apps.credentials.holding import hold
from apps.credentials.models import InboxCredential
from apps.credentials.recipients import Recipient

BATCH: Final = 500


def count_overdue(now: datetime) -> int:
    """How many wait for longer than they may."""
    return InboxCredential.objects.overdue(now).count()


def expire_overdue(now: datetime) -> Iterator[bool]:
    """Ends each that is overdue, in a transaction of its own; yields whether this call was the one that did.

    Running twice, also at the same time, ends each once.
    """
    overdue = InboxCredential.objects.overdue(now).order_by("expires_at").values_list("pk", flat=True)
    while found := list(overdue[:BATCH]):
        for inbox_id in found:
            yield _expire(inbox_id, now)


@transaction.atomic
def _expire(inbox_id: UUID, now: datetime) -> bool:
    held = hold(InboxCredential.objects.values_list("issuance", flat=True).get(pk=inbox_id))
    inbox = held.inbox
    if inbox is None or inbox.closed_at:
        return False
    InboxCredential.objects.filter(pk=inbox_id).update(closed_at=now, mail_due=False)
    if not held.issuance.is_open:
        return False
    log.append(
        issuance=held.issuance,
        event_type=EventType.EXPIRED,
        source=Source.INBOX,
        recipient=Recipient(RecipientType(inbox.recipient_type), inbox.recipient_value, None),
        inbox_credential_id=inbox_id,
    )
    return True
