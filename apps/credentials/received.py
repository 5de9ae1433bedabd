"""What a holder has been given, and what waits for their addresses."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q
from django.urls import reverse

from apps.credentials.claim_links import content_of
from apps.credentials.event_types import EventType, Standing, Status, status_of
from apps.credentials.models import InboxCredential, Issuance, Profile
from apps.credentials.recipients import addresses_of

PAGE_ROWS: Final = 25
MOST_ISSUERS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A credential of one's own, in words."""

    name: str
    category: str
    issuer: str
    status: Status
    issued_at: datetime
    accept_url: str
    download_url: str
    verify_url: str


@dataclass(frozen=True, slots=True)
class HeldPage:
    rows: list[Held]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something in an inbox of one's own."""

    name: str
    issuer: str
    expires_at: datetime
    take_url: str


@dataclass(frozen=True, slots=True)
class KnownIssuer:
    """Who has issued something to the profile, or is blocked by it."""

    name: str
    handle: str
    is_blocked: bool
    block_url: str


def issuers_known_to(profile: Profile) -> list[KnownIssuer]:
    """Those the profile can block, and those it has blocked, by name; the first hundred."""
    blocked = set(profile.blocks.values_list("blocked", flat=True))
    have_issued = profile.received.values("issuer")
    found = Profile.objects.filter(Q(pk__in=have_issued) | Q(pk__in=blocked)).exclude(pk=profile.pk)
    return [
        KnownIssuer(
            each.display_name, each.handle, each.pk in blocked, reverse("credentials:block", args=[each.handle])
        )
        for each in found.order_by("display_name", "pk")[:MOST_ISSUERS]
    ]


def held_by(profile: Profile, *, before: int | None = None) -> HeldPage:
    """The profile's credentials, newest first; ``before`` is the number that the page before ended with."""
    own = profile.received.filter(credential__recipient=profile).select_related("credential", "issuer")
    numbered = own.filter(pk__lt=before) if before else own
    found = list(numbered.order_by("-id")[: PAGE_ROWS + 1])
    shown = found[:PAGE_ROWS]
    return HeldPage([_held(each) for each in shown], shown[-1].pk if len(found) > PAGE_ROWS else None)


def waiting_for(profile: Profile) -> list[Waiting]:
    """What waits for the profile's verified addresses, and may still be taken."""
    addresses = addresses_of(profile)
    if not addresses:
        return []
    theirs = Q()
    for kind, value in addresses:
        theirs |= Q(recipient_type=kind, recipient_value=value)
    related = ("issuance__issuer", "issuance__boost")
    found = InboxCredential.objects.waiting().filter(theirs, issuance__standing=Standing.ACTIVE)
    return [_waiting(inbox) for inbox in found.select_related(*related).order_by("-created_at")[:PAGE_ROWS]]


def _held(issuance: Issuance) -> Held:
    credential = issuance.credential
    document = credential.document
    is_open = issuance.is_open and issuance.standing == Standing.ACTIVE
    return Held(
        name=document["name"],
        category=document["credentialSubject"]["achievement"]["achievementType"],
        issuer=issuance.issuer.display_name,
        status=status_of(Standing(issuance.standing), EventType(issuance.latest_type)),
        issued_at=credential.issued_at,
        accept_url=reverse("credentials:accept", args=[credential.pk]) if is_open else "",
        download_url=reverse("credentials:download", args=[credential.pk]),
        verify_url=reverse("credentials:verify", args=[credential.pk]),
    )


def _waiting(inbox: InboxCredential) -> Waiting:
    return Waiting(
        content_of(inbox).name,
        inbox.issuance.issuer.display_name,
        inbox.expires_at,
        reverse("credentials:take", args=[inbox.pk]),
    )
