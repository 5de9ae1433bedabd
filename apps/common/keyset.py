"""Keyset paging: a cursor names the last row seen in a total order, and the next page starts after it.

A cursor is a short opaque text. It needs no signature: it only ever narrows what its reader may see anyway.
"""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.fields.tuple_lookups import Tuple as FieldTuple
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan
from django.utils.translation import gettext as _

# Room for a snapshot with more running transactions than PostgreSQL allows connections unless told otherwise, and
# still within the length of an address that web servers accept.
MAX_CURSOR_CHARACTERS = 3_000

Rows = TypeVar("Rows", bound=QuerySet[Any])


class BadCursor(ValueError):
    """The cursor is malformed, cut off, or was made for another list; its text says so for a person."""

    def __init__(self) -> None:
        super().__init__(_("This page address has expired or is incomplete. Start again from the first page."))


def encode(parts: dict[str, str]) -> str:
    """The parts as one opaque text that fits a URL."""
    packed = json.dumps(parts, separators=(",", ":"), sort_keys=True).encode()
    return urlsafe_b64encode(packed).rstrip(b"=").decode()


def decode(cursor: str, names: Sequence[str]) -> dict[str, str]:
    """The parts that :func:`encode` packed. Raises BadCursor unless they are exactly ``names``, all text."""
    if len(cursor) > MAX_CURSOR_CHARACTERS:
        raise BadCursor
    try:
        parts = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise BadCursor from None
    if not isinstance(parts, dict) or set(parts) != set(names) or not all(isinstance(v, str) for v in parts.values()):
        raise BadCursor
    return parts


def read_time(text: str) -> datetime:
    """An ISO time with zone, as UTC. Raises BadCursor, also at the calendar's ends, which some zones don't reach."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadCursor from None
    if moment.tzinfo is None or not MINYEAR < moment.year < MAXYEAR:
        raise BadCursor
    return moment.astimezone(UTC)


def read_uuid(text: str) -> UUID:
    """A UUID in its canonical writing. Raises BadCursor."""
    try:
        return UUID(text)
    except ValueError:
        raise BadCursor from None


def before(rows: Rows, fields: tuple[str, str], values: tuple[Any, Any]) -> Rows:
    """The rows that come after ``values`` in the descending order of ``fields``, as one range of their index.

    A row value, because the same condition written with OR reads every row on the way to the page.
    """
    return rows.filter(TupleLessThan(FieldTuple(*(F(field) for field in fields)), values))


def after(rows: Rows, fields: tuple[str, str], values: tuple[Any, Any]) -> Rows:
    """The rows that come before ``values`` in that order: the same range's other side, to be read upwards."""
    return rows.filter(TupleGreaterThan(FieldTuple(*(F(field) for field in fields)), values))
