"""Claim links and claim tokens: made, looked at before they are followed, ended by their issuer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.views.decorators.debug import sensitive_variables

from apps.credentials import tokens
from apps.credentials.documents import Content
from apps.credentials.event_types import EventType, Standing
from apps.credentials.issuing import require_live
from apps.credentials.models import Boost, ClaimLink, InboxCredential, Issuance, Profile
from apps.credentials.refusals import NotFound


@dataclass(frozen=True, slots=True)
class Made:
    """A new claim link, with the secret that is never to be had again."""

    link: ClaimLink
    secret: str


class End(Enum):
    """Why a claim token gives nothing any more."""

    CLAIMED = "claimed"
    EXPIRED = "expired"
    FAILED = "failed"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    USED_UP = "used up"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a claim token stands for; ``end`` is null while it gives that. ``issuance`` is null for a link for many."""

    issuer: Profile
    content: Content
    end: End | None
    issuance: Issuance | None


def make_link(boost: Boost, *, lifetime: timedelta, uses: int | None, now: datetime) -> Made:
    """A link with which anyone can claim the boost, ``uses`` times in all, null without limit. Refused for a draft."""
    require_live(boost)
    secret = tokens.make()
    link = boost.claim_links.create(token_digest=tokens.digest(secret), uses_left=uses, expires_at=now + lifetime)
    return Made(link, secret)


def revoke_link(link: ClaimLink, *, now: datetime) -> None:
    """Nothing is claimed with it any more; what was claimed stays."""
    ClaimLink.objects.not_revoked().filter(pk=link.pk).update(revoked_at=now)


@sensitive_variables("secret")
def look_at(secret: str, *, now: datetime) -> Offer:
    """What the token stands for. Raises NotFound for one that nobody made."""
    digest = tokens.digest(secret)
    inboxes = InboxCredential.objects.select_related("issuance__issuer", "issuance__boost")
    inbox = inboxes.filter(token_digest=digest).first()
    if inbox:
        return _of_inbox(inbox, now)
    link = ClaimLink.objects.select_related("boost__owner").filter(token_digest=digest).first()
    if link is None:
        raise NotFound("This claim link isn't one of ours.")
    return Offer(link.boost.owner, Content.of_boost(link.boost), _end_of_link(link, now), None)


def content_of(inbox: InboxCredential) -> Content:
    """What an inbox credential attests: its boost's content, or what the issuer gave instead of one."""
    boost = inbox.issuance.boost
    return Content.of_boost(boost) if boost else Content.of_json(inbox.draft)


def _of_inbox(inbox: InboxCredential, now: datetime) -> Offer:
    issuance = inbox.issuance
    return Offer(issuance.issuer, content_of(inbox), _end_of_inbox(inbox, now), issuance)


def _end_of_inbox(inbox: InboxCredential, now: datetime) -> End | None:
    issuance = inbox.issuance
    if issuance.latest_type == EventType.CLAIMED:
        return End.CLAIMED
    if issuance.standing != Standing.ACTIVE:
        return End(issuance.standing)
    if issuance.latest_type == EventType.FAILED:
        return End.FAILED
    return End.EXPIRED if inbox.expires_at <= now else None


def _end_of_link(link: ClaimLink, now: datetime) -> End | None:
    if link.revoked_at:
        return End.REVOKED
    if link.expires_at <= now:
        return End.EXPIRED
    return End.USED_UP if link.uses_left == 0 else None
