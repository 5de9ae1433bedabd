"""Whether credentials still hold, for verifiers that don't ask about a single one: Bitstring Status Lists (W3C, 2025).

Each credential names its place in two lists of its issuer's, one for what was revoked and one for what is suspended.
A list is a credential that the issuer signs, of 131,072 bits: who fetches it doesn't say which of them they are about.
"""

import gzip
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from typing import Final

from django.db import connection

from apps.credentials import signing
from apps.credentials.event_types import Standing
from apps.credentials.models import Credential, Profile
from apps.credentials.uris import did_of, site_url

BITS: Final = 131_072  # the least that the standard allows
PURPOSES: Final = {"revocation": Standing.REVOKED, "suspension": Standing.SUSPENDED}


def reserve_places(issuer: Profile, count: int = 1) -> int:
    """The first of so many places in the issuer's lists, which nobody else gets. Holds the profile until commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE credential_profiles SET places_given = places_given + %s WHERE id = %s RETURNING places_given",
            [count, issuer.pk],
        )
        (given,) = cursor.fetchone()
    return int(given) - count


def entries(handle: str, place: int) -> list[dict[str, str]]:
    """What a credential says of its place: its ``credentialStatus``."""
    return [_entry(list_url(handle, purpose, place // BITS), purpose, place % BITS) for purpose in PURPOSES]


def list_url(handle: str, purpose: str, number: int) -> str:
    """Where a list is published; its name, too."""
    return site_url(f"/issuers/{handle}/status/{purpose}/{number}/")


def signed_list(issuer: Profile, purpose: str, number: int) -> str | None:
    """The list as a JWS; null where the issuer has none of that number. Raises SealBroken."""
    if number * BITS >= max(Profile.objects.values_list("places_given", flat=True).get(pk=issuer.pk), 1):
        return None
    url = list_url(issuer.handle, purpose, number)
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did_of(issuer.handle),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encoded(_places(issuer, PURPOSES[purpose], number)),
        },
    }
    return signing.sign(document, issuer.signing_keys.newest_first()[0], issuer)


def encoded(places: Iterable[int]) -> str:
    """The bits, of which those at these places are set: compressed, and in Multibase's base64url."""
    bits = bytearray(BITS // 8)
    for place in places:
        bits[place // 8] |= 0x80 >> place % 8  # the first bit is the leftmost
    return f"u{urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip('=')}"


def _places(issuer: Profile, standing: Standing, number: int) -> Iterable[int]:
    """Within the list of that number."""
    first = number * BITS
    theirs = Credential.objects.filter(issuance__issuer=issuer, issuance__standing=standing)
    within = theirs.filter(place__gte=first, place__lt=first + BITS)
    return (place - first for place in within.values_list("place", flat=True) if place is not None)


def _entry(url: str, purpose: str, index: int) -> dict[str, str]:
    return {
        "id": f"{url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": url,
    }
