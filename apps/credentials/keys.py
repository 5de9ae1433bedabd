"""Keys that issuers sign with: made, sealed, opened and replaced.

A private key leaves the database only sealed: a JWE under a key derived from the first of ``CREDENTIALS_KEYS``. The
others still open what they once sealed, until ``rewrap_signing_keys`` has sealed everything anew.
"""

import json
from functools import lru_cache
from hashlib import blake2s
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, OKPKey

from apps.credentials.models import Profile, SigningKey

ALGORITHM: Final = "Ed25519"  # RFC 9864's name; "EdDSA" says less

_SEAL = {"alg": "dir", "enc": "A256GCM"}
_SALT = "apps.credentials.signing-keys"


class SealBroken(Exception):
    """None of ``CREDENTIALS_KEYS`` opens the key: the one it was sealed under is missing."""


def make_key(profile: Profile) -> SigningKey:
    """A new key that signs for the profile."""
    key = OKPKey.generate_key("Ed25519")
    return SigningKey.objects.create(
        profile=profile,
        public_jwk=key.as_dict(private=False),
        sealed_private_jwk=_sealed(key),
        seal=_mark(settings.CREDENTIALS_KEYS[0]),
    )


@transaction.atomic
def replace_key(profile: Profile) -> SigningKey:
    """Retires the profile's key and makes another; what the old one signed stays verifiable."""
    Profile.objects.select_for_update(no_key=True).get(pk=profile.pk)
    profile.signing_keys.that_sign().retire()
    return make_key(profile)


def open_key(key: SigningKey) -> OKPKey:
    """The private key, ready to sign. Raises SealBroken."""
    return _opened(key.sealed_private_jwk, tuple(settings.CREDENTIALS_KEYS))


def rewrap_signing_keys() -> int:
    """Seals every key under the first of ``CREDENTIALS_KEYS`` that isn't yet; returns how many. Raises SealBroken."""
    mark, count = _mark(settings.CREDENTIALS_KEYS[0]), 0
    for key in SigningKey.objects.sealed_otherwise(mark).iterator():
        key.sealed_private_jwk, key.seal = _sealed(open_key(key)), mark
        key.save(update_fields=["sealed_private_jwk", "seal"])
        count += 1
    return count


def _sealed(key: OKPKey) -> str:
    first = settings.CREDENTIALS_KEYS[0]
    return jwe.encrypt_compact(_SEAL, json.dumps(key.as_dict(private=True)), _derived(first))


@lru_cache(maxsize=512)  # an issuer signs many in a row, and deriving and opening cost more than signing
def _opened(sealed: str, secrets: tuple[str, ...]) -> OKPKey:
    for key in (*map(_derived, secrets), *map(_derived_before, secrets)):
        try:
            return OKPKey.import_key(json.loads(jwe.decrypt_compact(sealed, key).plaintext or b""))
        except (JoseError, ValueError):
            continue
    raise SealBroken("The issuer's signing key can't be opened.")


def _derived(secret: str) -> OctKey:
    return OctKey.import_key(_digest(secret))


def _derived_before(secret: str) -> OctKey:
    """As keys were sealed at first: SECRET_KEY was mixed in, so that nothing opened any more once that had changed."""
    return OctKey.import_key(salted_hmac(_SALT, secret, algorithm="sha256").digest())


def _mark(secret: str) -> str:
    """Tells the keys of ``CREDENTIALS_KEYS`` apart without giving any away."""
    return blake2s(_digest(secret), digest_size=6).hexdigest()


def _digest(secret: str) -> bytes:
    return salted_hmac(_SALT, "", secret=secret, algorithm="sha256").digest()
