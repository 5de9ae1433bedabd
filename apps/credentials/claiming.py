"""Claiming: a delivered credential is accepted, one in an inbox is taken, a claim link is followed.

Claiming twice, also at the same moment, is success: the second finds what the first has got.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.views.decorators.debug import sensitive_variables

from apps.credentials import log, tokens
from apps.credentials.claim_links import content_of
from apps.credentials.documents import Content
from apps.credentials.event_types import EventType, Source
from apps.credentials.holding import Held, hold
from apps.credentials.issuing import Wish, begin, make_credential
from apps.credentials.models import ClaimLink, ClaimLinkUse, Credential, InboxCredential, Issuance, Profile
from apps.credentials.recipients import addresses_of, of_profile
from apps.credentials.refusals import NotFound, Refused


@dataclass(frozen=True, slots=True)
class Claimed:
    """What the profile has now; ``is_new`` where this very call brought it."""

    credential: Credential
    issuance: Issuance
    is_new: bool


@transaction.atomic
def accept(*, profile: Profile, credential_id: UUID) -> Claimed:
    """Takes what was delivered to the profile. Raises NotFound, Refused."""
    issuance_id = profile.credentials.filter(pk=credential_id).values_list("issuance", flat=True).first()
    if issuance_id is None:
        raise NotFound("There is no such credential.")
    held = hold(issuance_id)
    assert held.credential  # noqa: S101  # it was found by it
    if held.is_claimed_by(profile):
        return Claimed(held.credential, held.issuance, is_new=False)
    held.require_claimable()
    return _claimed(held, held.credential, profile, Source.CLAIM)


@transaction.atomic
def take_from_inbox(*, profile: Profile, inbox_id: UUID, now: datetime) -> Claimed:
    """Takes what waits for one of the profile's verified addresses. Raises NotFound, Refused."""
    inbox = InboxCredential.objects.filter(pk=inbox_id).first()
    if inbox is None or (inbox.recipient_type, inbox.recipient_value) not in addresses_of(profile):
        raise NotFound("There is no such credential.")
    return _from_inbox(inbox, profile, Source.INBOX, now)


@sensitive_variables("secret")
@transaction.atomic
def follow(*, profile: Profile, secret: str, now: datetime) -> Claimed:
    """Takes what a claim token stands for. Raises NotFound for an unknown one, Refused for one that is spent."""
    digest = tokens.digest(secret)
    inbox = InboxCredential.objects.filter(token_digest=digest).first()
    if inbox:
        return _from_inbox(inbox, profile, Source.CLAIM_LINK, now)
    link = ClaimLink.objects.select_for_update().filter(token_digest=digest).first()
    if link is None:
        raise NotFound("This claim link isn't one of ours.")
    return _by_link(link, profile, now)


def _from_inbox(inbox: InboxCredential, profile: Profile, source: Source, now: datetime) -> Claimed:
    held = hold(inbox.issuance_id)
    if held.is_claimed_by(profile):
        return _once_more(held)
    held.require_claimable()
    if inbox.expires_at <= now:
        raise Refused("This has expired.")
    if held.credential and held.credential.recipient_id != profile.pk:
        raise Refused("This was delivered to somebody else's profile.")
    credential = held.credential or make_credential(
        held.issuance, content=content_of(inbox), recipient=profile, now=now
    )
    InboxCredential.objects.filter(pk=inbox.pk).update(closed_at=now, mail_due=False)
    return _claimed(held, credential, profile, source)


def _once_more(held: Held) -> Claimed:
    assert held.credential  # noqa: S101  # what is claimed has one
    return Claimed(held.credential, held.issuance, is_new=False)


def _claimed(held: Held, credential: Credential, profile: Profile, source: Source) -> Claimed:
    log.append(
        issuance=held.issuance,
        event_type=EventType.CLAIMED,
        source=source,
        recipient=of_profile(profile),
        credential_id=credential.pk,
        inbox_credential_id=held.inbox.pk if held.inbox else None,
    )
    return Claimed(credential, held.issuance, is_new=True)


def _by_link(link: ClaimLink, profile: Profile, now: datetime) -> Claimed:
    before = link.uses.filter(profile=profile).first()
    if before:
        return _once_more(hold(before.issuance_id))
    _require_usable(link, now)
    content = Content.of_boost(link.boost)
    wish = Wish(
        issuer=link.boost.owner, recipient=profile.handle, source=Source.CLAIM_LINK, content=content, boost=link.boost
    )
    issuance = begin(wish, str(uuid4()), link.integration)
    credential = make_credential(issuance, content=content, recipient=profile, now=now)
    ClaimLinkUse.objects.create(link=link, profile=profile, issuance=issuance)
    ClaimLink.objects.filter(pk=link.pk).update(uses_left=F("uses_left") - 1)
    for event_type in (EventType.DELIVERED, EventType.CLAIMED):
        log.append(
            issuance=issuance,
            event_type=event_type,
            source=Source.CLAIM_LINK,
            recipient=of_profile(profile),
            credential_id=credential.pk,
        )
    return Claimed(credential, issuance, is_new=True)


def _require_usable(link: ClaimLink, now: datetime) -> None:
    if link.revoked_at:
        raise Refused("The issuer has revoked this claim link.")
    if link.expires_at <= now:
        raise Refused("This claim link has expired.")
    if link.uses_left == 0:
        raise Refused("This claim link was used as often as it may be.")
