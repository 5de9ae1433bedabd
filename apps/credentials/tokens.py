"""Secrets of claim links: made here, shown once, kept as a hash."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final
from uuid import UUID

from django.utils.crypto import salted_hmac
from django.views.decorators.debug import sensitive_variables

_RANDOM_BYTES: Final = 24


def make() -> str:
    """A new secret."""
    return token_urlsafe(_RANDOM_BYTES)


def of_inbox(inbox_id: UUID) -> str:
    """The secret of an inbox credential, made again from the server's key each time it is needed.

    So a mail that is sent again, because nobody knows whether it went off, carries the same link.
    """
    made = salted_hmac("credentials.inbox", inbox_id.hex, algorithm="sha256").digest()
    return urlsafe_b64encode(made[:_RANDOM_BYTES]).decode()


@sensitive_variables("secret")
def digest(secret: str) -> bytes:
    """What is kept of a secret, and looked up: how long that takes says nothing about secrets that are nearly right."""
    return sha256(secret.encode(errors="replace")).digest()
