"""Issuing: a boost, or content of the issuer's own, to a profile, an e-mail address or a phone number.

A request that is refused leaves nothing. What was accepted and then can't be delivered leaves a chain that says so.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from apps.common.enqueue import enqueue_after_commit
from apps.common.identifiers import uuid_v7_at
from apps.credentials import log, signing, status_lists, tokens
from apps.credentials.documents import Content, open_badge
from apps.credentials.event_types import EventType, RecipientType, Source
from apps.credentials.keys import SealBroken
from apps.credentials.models import Boost, Credential, InboxCredential, Integration, Issuance, Profile
from apps.credentials.models.issuances import ACTIVITY_ID
from apps.credentials.recipients import Recipient, find_recipient, of_profile
from apps.credentials.refusals import DeliveryFailed, NotFound, Refused

RESERVED: Final = frozenset({"stats", "export.csv", "lifecycle-statuses"})

_chance = SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an issuer asks for. ``boost`` null: ``content`` is the issuer's own."""

    issuer: Profile
    recipient: str
    source: Source
    content: Content
    boost: Boost | None = None
    integration_id: UUID | None = None
    activity_id: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    lifetime: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was issued. ``claim_token`` only where nobody but the caller can pass it on: to a phone."""

    issuance: Issuance
    credential: Credential | None = None
    inbox: InboxCredential | None = None
    claim_token: str = ""


def live_boost(issuer: Profile, boost_id: UUID) -> Boost:
    """The issuer's boost, ready to be issued. Raises NotFound, Refused for a draft."""
    boost = issuer.boosts.filter(pk=boost_id).first()
    if boost is None:
        raise NotFound("There is no such boost.")
    require_live(boost)
    return boost


def require_live(boost: Boost) -> None:
    """Raises Refused for a draft."""
    if not boost.is_live:
        raise Refused("The boost is a draft. Only live boosts can be sent.")


def send(wish: Wish, *, now: datetime) -> Sent:
    """Issues what is wished. Raises NotFound and Refused, leaving nothing, and DeliveryFailed, which is recorded."""
    if wish.boost:
        require_live(wish.boost)
    recipient = find_recipient(wish.recipient, issuer=wish.issuer)
    integration = _integration(wish)
    activity_id = _activity_id(wish)
    try:
        with transaction.atomic():
            return _deliver(wish, begin(wish, activity_id, integration), recipient, now)
    except SealBroken as error:
        _record_failure(wish, activity_id, integration, recipient, str(error))
        raise DeliveryFailed(str(error)) from error


def begin(wish: Wish, activity_id: str, integration: Integration | None) -> Issuance:
    """The issuance, before its first event. Raises Refused where the issuer has used the activity id before."""
    own = {} if wish.boost else {"title": wish.content.name, "category": wish.content.category}
    try:
        with transaction.atomic():
            return Issuance.objects.create(
                issuer=wish.issuer, activity_id=activity_id, boost=wish.boost, integration=integration, **own
            )
    except IntegrityError as error:
        if "one_issuance_per_activity_id" in str(error):
            raise Refused("You have used this activityId for another issuance.") from None
        raise


def make_credential(issuance: Issuance, *, content: Content, recipient: Profile, now: datetime) -> Credential:
    """The signed credential of an issuance, in the recipient's name. Raises SealBroken."""
    issuer = issuance.issuer
    key = issuer.signing_keys.that_sign().get()
    credential_id, place = uuid_v7_at(now, _chance), status_lists.reserve_places(issuer)
    document = open_badge(
        credential_id=credential_id, content=content, issuer=issuer, recipient=recipient, issued_at=now, place=place
    )
    return Credential.objects.create(
        id=credential_id,
        issuance=issuance,
        recipient=recipient,
        key=key,
        document=document,
        signed=signing.sign(document, key, issuer),
        place=place,
        issued_at=now,
    )


def _deliver(wish: Wish, issuance: Issuance, recipient: Recipient, now: datetime) -> Sent:
    if recipient.profile is None:
        return _to_inbox(wish, issuance, recipient, now)
    credential = make_credential(issuance, content=wish.content, recipient=recipient.profile, now=now)
    inbox = None
    if recipient.type != RecipientType.PROFILE:
        inbox = _inbox(wish, issuance, recipient, now, closed_at=now)
        _append(wish, issuance, EventType.CREATED, recipient, inbox_credential_id=inbox.pk)
    _append(wish, issuance, EventType.DELIVERED, of_profile(recipient.profile), credential_id=credential.pk)
    enqueue_after_commit("credentials.tell_recipient", str(credential.pk))
    return Sent(issuance=issuance, credential=credential, inbox=inbox)


def _to_inbox(wish: Wish, issuance: Issuance, recipient: Recipient, now: datetime) -> Sent:
    inbox_id, is_mailed = uuid_v7_at(now, _chance), recipient.type == RecipientType.EMAIL
    secret = tokens.of_inbox(inbox_id)
    inbox = _inbox(wish, issuance, recipient, now, id=inbox_id, mail_due=is_mailed, token_digest=tokens.digest(secret))
    _append(wish, issuance, EventType.CREATED, recipient, inbox_credential_id=inbox.pk)
    if is_mailed:
        enqueue_after_commit("credentials.mail_claim_link", str(inbox.pk))
    return Sent(issuance=issuance, inbox=inbox, claim_token="" if is_mailed else secret)


def _inbox(wish: Wish, issuance: Issuance, recipient: Recipient, now: datetime, **state: Any) -> InboxCredential:
    return InboxCredential.objects.create(
        issuance=issuance,
        recipient_type=recipient.type,
        recipient_value=recipient.identifier,
        draft={} if wish.boost else wish.content.as_json(),
        expires_at=now + (wish.lifetime or timedelta(days=settings.INBOX_DAYS)),
        **state,
    )


def _append(wish: Wish, issuance: Issuance, event_type: EventType, recipient: Recipient, **about: Any) -> None:
    log.append(
        issuance=issuance,
        event_type=event_type,
        source=wish.source,
        recipient=recipient,
        metadata=wish.metadata,
        **about,
    )


@transaction.atomic
def _record_failure(
    wish: Wish, activity_id: str, integration: Integration | None, recipient: Recipient, error: str
) -> None:
    log.append(
        issuance=begin(wish, activity_id, integration),
        event_type=EventType.FAILED,
        source=wish.source,
        recipient=recipient,
        metadata={**wish.metadata, "error": error},
    )


def _activity_id(wish: Wish) -> str:
    """The caller's own, or a new one. The addresses below ``/activity/credentials/`` are no ids."""
    if not wish.activity_id:
        return str(uuid4())
    if wish.activity_id in RESERVED or not re.fullmatch(ACTIVITY_ID, wish.activity_id):
        raise Refused("An activityId is up to 100 letters, figures and . _ : ~ @ -")
    return wish.activity_id


def _integration(wish: Wish) -> Integration | None:
    if wish.integration_id is None:
        return None
    integration = wish.issuer.integrations.with_id(wish.integration_id).first()
    if integration is None:
        raise NotFound("There is no such integration.")
    return integration
