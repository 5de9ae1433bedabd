"""To whom: a profile's handle or DID, an e-mail address or a phone number, and what is known about it."""

import re
from dataclasses import dataclass
from typing import Final

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.credentials.event_types import RecipientType
from apps.credentials.models import Profile, VerifiedPhone
from apps.credentials.models.profiles import HANDLE
from apps.credentials.refusals import NotFound, Refused

MOST_CHARACTERS: Final = 254

_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_SEPARATORS = re.compile(r"[\s().-]")


@dataclass(frozen=True, slots=True)
class Recipient:
    """How someone was addressed, and the profile that this is known to be; null where it isn't."""

    type: RecipientType
    identifier: str
    profile: Profile | None


def find_recipient(text: str, *, issuer: Profile) -> Recipient:
    """Who is meant. Raises NotFound for a profile that isn't there or has blocked the issuer, Refused for nonsense."""
    text = text.strip()
    recipient = _by_contact(text) if "@" in text or text.startswith("+") else _by_profile(text)
    if recipient.profile and recipient.profile.blocks.filter(blocked=issuer).exists():
        raise NotFound("There is no such recipient.")
    return recipient


def of_profile(profile: Profile) -> Recipient:
    return Recipient(RecipientType.PROFILE, profile.handle, profile)


def addresses_of(profile: Profile) -> list[tuple[RecipientType, str]]:
    """The verified e-mail addresses and phones of the profile, as inbox credentials are addressed."""
    emails = EmailAddress.objects.filter(user=profile.user_id, verified=True).values_list("email", flat=True)
    phones = profile.phones.values_list("number", flat=True)
    return [(RecipientType.EMAIL, email.lower()) for email in emails] + [
        (RecipientType.PHONE, number) for number in phones
    ]


def _by_profile(text: str) -> Recipient:
    handle = text.rpartition(":")[2] if text.startswith("did:web:") else text.removeprefix("@")
    if not re.fullmatch(HANDLE, handle):
        raise Refused("A recipient is a profileId, an e-mail address or a phone number with its country code.")
    profile = Profile.objects.filter(handle=handle).first()
    if profile is None:
        raise NotFound("There is no such recipient.")
    return of_profile(profile)


def _by_contact(text: str) -> Recipient:
    return _by_phone(text) if text.startswith("+") and "@" not in text else _by_email(text)


def _by_phone(text: str) -> Recipient:
    number = _SEPARATORS.sub("", text)
    if not _PHONE.fullmatch(number):
        raise Refused("That isn't a phone number with its country code, such as +44 20 7946 0018.")
    known = VerifiedPhone.objects.select_related("profile").filter(number=number).first()
    return Recipient(RecipientType.PHONE, number, known.profile if known else None)


def _by_email(text: str) -> Recipient:
    address = text.lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Refused("That isn't an e-mail address.") from None
    if len(address) > MOST_CHARACTERS:
        raise Refused("That e-mail address is too long.")
    verified = EmailAddress.objects.filter(email__iexact=address, verified=True).values("user")
    return Recipient(RecipientType.EMAIL, address, Profile.objects.filter(user__in=verified).first())
