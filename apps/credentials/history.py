"""Writes issuances of the past, with the times they happened at: demonstrations, and what another system hands over.

With ``log`` the only other writer of events. The database places each event as it does today's, so those of an issuer
must come oldest first and after all that the issuer has.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from random import Random
from typing import Final

from django.conf import settings
from django.db import transaction

from apps.common.identifiers import uuid_v7_at
from apps.credentials import signing, status_lists
from apps.credentials.documents import Content, open_badge
from apps.credentials.event_types import EventType, RecipientType, Source, Standing
from apps.credentials.models import (
    Boost,
    Credential,
    CredentialActivity,
    InboxCredential,
    Integration,
    Issuance,
    Profile,
)
from apps.credentials.recipients import Recipient

BATCH: Final = 2_000


@dataclass(frozen=True, slots=True)
class PastEvent:
    """What happened, when, and to whom."""

    type: EventType
    source: Source
    at: datetime
    recipient: Recipient
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastIssuance:
    """A chain of the past. ``holder`` has the credential; null where it never got that far."""

    activity_id: str
    boost: Boost
    integration: Integration | None
    holder: Profile | None
    standing: Standing
    events: Sequence[PastEvent]

    @property
    def first(self) -> PastEvent:
        return self.events[0]

    @property
    def is_waiting(self) -> bool:
        return self.events[-1].type == EventType.CREATED


@transaction.atomic
def write_history(issuer: Profile, told: Sequence[PastIssuance], chance: Random) -> int:
    """Writes the chains; returns how many events they have. Raises IntegrityError where one isn't a chain."""
    issuances = Issuance.objects.bulk_create([_issuance(issuer, past) for past in told], batch_size=BATCH)
    pairs = list(zip(told, issuances, strict=True))
    credentials = list(_credentials(issuer, pairs, chance))
    Credential.objects.bulk_create(credentials, batch_size=BATCH)
    inboxes = [_inbox(past, issuance, chance) for past, issuance in pairs if past.first.type == EventType.CREATED]
    InboxCredential.objects.bulk_create(inboxes, batch_size=BATCH)
    by_issuance = {each.issuance_id: each for each in credentials}, {each.issuance_id: each for each in inboxes}
    events = sorted(_events(pairs, *by_issuance, chance), key=attrgetter("timestamp"))
    CredentialActivity.objects.bulk_create(events, batch_size=BATCH)
    for standing in (Standing.REVOKED, Standing.SUSPENDED):
        ids = [issuance.pk for past, issuance in pairs if past.standing == standing]
        Issuance.objects.filter(pk__in=ids).update(standing=standing)
    return len(events)


_Pairs = Iterable[tuple[PastIssuance, Issuance]]


def _issuance(issuer: Profile, past: PastIssuance) -> Issuance:
    return Issuance(issuer=issuer, activity_id=past.activity_id, boost=past.boost, integration=past.integration)


def _credentials(issuer: Profile, pairs: _Pairs, chance: Random) -> Iterator[Credential]:
    key = issuer.signing_keys.that_sign().get()
    held = [(past, past.holder, issuance) for past, issuance in pairs if past.holder]
    for place, (past, holder, issuance) in enumerate(held, start=status_lists.reserve_places(issuer, len(held))):
        at = past.first.at
        id_ = uuid_v7_at(at, chance)
        document = open_badge(
            credential_id=id_,
            content=Content.of_boost(past.boost),
            issuer=issuer,
            recipient=holder,
            issued_at=at,
            place=place,
        )
        yield Credential(
            id=id_,
            issuance=issuance,
            recipient=holder,
            key=key,
            document=document,
            signed=signing.sign(document, key, issuer),
            place=place,
            issued_at=at,
        )


def _inbox(past: PastIssuance, issuance: Issuance, chance: Random) -> InboxCredential:
    first = past.first
    return InboxCredential(
        id=uuid_v7_at(first.at, chance),
        issuance=issuance,
        recipient_type=first.recipient.type,
        recipient_value=first.recipient.identifier,
        created_at=first.at,
        expires_at=first.at + timedelta(days=settings.INBOX_DAYS),
        closed_at=None if past.is_waiting else past.events[-1].at,
    )


def _events(
    pairs: _Pairs, credentials: dict[int, Credential], inboxes: dict[int, InboxCredential], chance: Random
) -> Iterator[CredentialActivity]:
    for past, issuance in pairs:
        credential, inbox = credentials.get(issuance.pk), inboxes.get(issuance.pk)
        for event in past.events:
            has_credential = event.type in (EventType.DELIVERED, EventType.CLAIMED)
            yield CredentialActivity(
                id=uuid_v7_at(event.at, chance),
                issuance=issuance,
                activity_id=past.activity_id,
                actor_id=issuance.issuer_id,
                boost_id=issuance.boost_id,
                integration_id=issuance.integration_id,
                event_type=event.type,
                source=event.source,
                timestamp=event.at,
                recipient_type=event.recipient.type,
                recipient_identifier=event.recipient.identifier,
                recipient_profile=event.recipient.profile if event.recipient.type == RecipientType.PROFILE else None,
                credential_id=credential.pk if credential and has_credential else None,
                inbox_credential_id=inbox.pk if inbox else None,
                metadata={"error": event.error} if event.error else None,
            )
