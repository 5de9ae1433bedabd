"""What is kept here about a person, given out to them, and taken away.

Rows stay, words go, sums stand: an issuer's figures are the same after a recipient has gone. What others hold stays
theirs: the credentials that the person signed, the boosts they were made from, and so the handle of whoever issued
something, by which verifiers find the public keys.
"""

from collections.abc import Iterator
from datetime import datetime
from secrets import token_hex
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now

from apps.accounts.models import User
from apps.accounts.personal_data import addresses
from apps.common.personal_data import ERASED, Section, permitted_erasure
from apps.common.schemas import utc_text
from apps.credentials.event_types import EventType, RecipientType
from apps.credentials.models import (
    ClaimLink,
    Credential,
    CredentialActivity,
    InboxCredential,
    Issuance,
    Profile,
)
from apps.credentials.models.credentials import InboxCredentialQuerySet
from apps.credentials.profiles import profile_of
from apps.credentials.undelivered import give_up


def sections(user: User) -> Iterator[Section]:
    """All that is the person's, by what it is, row by row: of any size at constant memory."""
    yield "waiting", ({"id": str(inbox.pk), "expiresAt": utc_text(inbox.expires_at)} for inbox in _inboxes(user))
    profile = profile_of(user)
    if profile is None:
        return
    phones = list(profile.phones.values_list("number", flat=True))
    about = {"profileId": profile.handle, "displayName": profile.display_name, "phones": phones}
    yield "profile", [about | {"createdAt": utc_text(profile.created_at)}]
    yield "received", _received(profile)
    yield "boosts", profile.boosts.values("name", "category", "description", "criteria", "state").iterator()
    yield "integrations", profile.integrations.values("name").iterator()
    yield "issued", _issued(profile)


@transaction.atomic
def erase(user: User, *, now: datetime) -> None:
    """Takes the person's words away, for good. What waited for them fails, and says why."""
    profile = profile_of(user)
    inboxes = _inboxes(user)
    for inbox in inboxes.waiting().select_for_update(of=("self",)).select_related("issuance"):
        if inbox.issuance.is_open:
            give_up(inbox, inbox.issuance, error="The recipient is no longer here.", now=now, identifier=ERASED)
    mine = Q(inbox_credential__in=list(inboxes.values_list("pk", flat=True)))
    mine |= Q(recipient_profile=profile) if profile else Q()
    _take_words_out(list(Issuance.objects.filter(mine).values_list("pk", flat=True)), profile)
    inboxes.update(
        recipient_value=ERASED,
        draft={},
        token_digest=None,
        mail_due=False,
        closed_at=Coalesce("closed_at", now),
    )
    if profile:
        _close_profile(profile)


def _inboxes(user: User) -> InboxCredentialQuerySet:
    """What was addressed to the person, claimed or not."""
    theirs = Q(recipient_type=RecipientType.EMAIL, recipient_value__in=addresses(user))
    profile = profile_of(user)
    phones = list(profile.phones.values_list("number", flat=True)) if profile else []
    return InboxCredential.objects.filter(theirs | Q(recipient_type=RecipientType.PHONE, recipient_value__in=phones))


def _received(profile: Profile) -> Iterator[dict[str, Any]]:
    for credential in profile.credentials.select_related("issuance").order_by("issued_at").iterator():
        yield {
            "credential": credential.document,
            "jwt": credential.signed,
            "status": credential.issuance.standing,
            "issuedAt": utc_text(credential.issued_at),
        }


def _issued(profile: Profile) -> Iterator[dict[str, Any]]:
    """Without the recipients, who are other people."""
    for issuance in profile.issuances.begun().select_related("boost").order_by("pk").iterator():
        yield {
            "activityId": issuance.activity_id,
            "name": issuance.boost.name if issuance.boost else issuance.title,
            "latestEvent": issuance.latest_type,
            "status": issuance.standing,
            "sentAt": utc_text(issuance.first_at) if issuance.first_at else None,
        }


def _take_words_out(numbers: list[int], profile: Profile | None) -> None:
    """Of the chains with these numbers, and of the credentials that the profile holds."""
    events, issuances = CredentialActivity.objects.filter(issuance__in=numbers), Issuance.objects.filter(pk__in=numbers)
    with permitted_erasure("credentials"):
        events.exclude(event_type=EventType.FAILED).update(recipient_identifier=ERASED, metadata=None)
        events.filter(event_type=EventType.FAILED).update(recipient_identifier=ERASED, metadata={"error": ERASED})
        issuances.update(recipient_identifier=ERASED)
        issuances.exclude(error="").update(error=ERASED)
        if profile:
            Credential.objects.filter(recipient=profile).update(document={}, signed="")


def _close_profile(profile: Profile) -> None:
    """No credential is issued or claimed in its name any more; its key goes on signing its status lists."""
    profile.phones.all().delete()
    profile.blocks.all().delete()
    ClaimLink.objects.not_revoked().filter(boost__owner=profile).update(revoked_at=Now())
    profile.signing_keys.that_sign().retire()
    profile.display_name = ERASED.title()
    if not profile.issuances.exists():
        profile.handle = f"{ERASED}-{token_hex(8)}"
    profile.save(update_fields=["display_name", "handle"])
