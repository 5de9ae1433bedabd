"""Secrets of claim links: made here, shown once, kept as a hash."""

from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

from django.views.decorators.debug import sensitive_variables

_RANDOM_BYTES: Final = 24


def make() -> str:
    """A new secret."""
    return token_urlsafe(_RANDOM_BYTES)


@sensitive_variables("secret")
def digest(secret: str) -> bytes:
    """What is kept of a secret, and looked up: how long that takes says nothing about secrets that are nearly right."""
    return sha256(secret.encode(errors="replace")).digest()
