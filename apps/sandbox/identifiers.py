"""Ids as the providers make them."""

import secrets
import string
from typing import Final

_ALPHABET: Final = string.ascii_letters + string.digits


def stripe_id(prefix: str, length: int = 24) -> str:
    """``pi_3Qm…``: a prefix that says what it is, and chance."""
    return f"{prefix}_{''.join(secrets.choice(_ALPHABET) for _ in range(length))}"


def printify_id() -> str:
    """24 hexadecimal digits."""
    return secrets.token_hex(12)
