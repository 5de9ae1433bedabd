"""What the fields of a record in a file may hold: each reader says what is wrong to whoever wrote the file."""

import re
from collections.abc import Mapping
from typing import Any, Final

_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+")


class Refused(Exception):
    """The record can't be taken over; the message says why, for whoever wrote the file."""


def text(record: Mapping[str, Any], name: str, most: int, *, least: int = 0) -> str:
    """The text, of so many characters; empty where it is absent or null. Raises Refused."""
    value = record.get(name)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise Refused(f"{name} must be a text")
    value = value.strip()
    if not least <= len(value) <= most:
        raise Refused(f"{name} must have {least} to {most} characters" if value else f"{name} is missing")
    return value


def email(record: Mapping[str, Any], name: str) -> str:
    """The e-mail address, in small letters. Raises Refused."""
    address = text(record, name, 254, least=3).lower()
    if not is_email(address):
        raise Refused(f"{name} isn't an e-mail address")
    return address


def is_email(written: str) -> bool:
    """Whether it looks like an address that mail can be sent to."""
    return bool(_EMAIL.fullmatch(written))
