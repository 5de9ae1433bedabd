"""What the fields of a record in a file may hold: each reader says what is wrong to whoever wrote the file."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

_LONGEST: Final = 254
_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+")


class Refused(Exception):
    """The record can't be taken over; the message says why, for whoever wrote the file."""


def text(record: Mapping[str, Any], name: str, most: int, *, least: int = 0) -> str:
    """The text, of so many characters; empty where it is absent or null. Raises Refused."""
    value = record.get(name)
    if isinstance(value, str):
        value = value.strip()
    elif value is None:
        value = ""
    else:
        raise Refused(f"{name} must be a text")
    if not least <= len(value) <= most:
        raise Refused(f"{name} must have {least} to {most} characters" if value else f"{name} is missing")
    return value


def email(record: Mapping[str, Any], name: str) -> str:
    """The e-mail address, in small letters. Raises Refused."""
    value = record.get(name)
    if not (address := isinstance(value, str) and _address(value)):
        raise Refused(f"{name} isn't an e-mail address" if value else f"{name} is missing")
    return address


@lru_cache(maxsize=10_000)
def _address(written: str) -> str:
    """As addresses are compared, empty where it is none: the same few stand in line after line."""
    address = written.strip().lower()
    return address if len(address) <= _LONGEST and is_email(address) else ""


def is_email(written: str) -> bool:
    """Whether it looks like an address that mail can be sent to."""
    return bool(_EMAIL.fullmatch(written))
