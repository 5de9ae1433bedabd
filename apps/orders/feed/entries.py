"""A line of the log as it is read, and a page of them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from apps.common import keyset
from apps.common.keyset import BadCursor
from apps.orders.models.activity_log import ATTENTION

COLUMNS: Final = """
id, event_type, level, order_id, payload, message, occurred_at, inserted_at, fingerprint, backfilled,
resolved_at, resolution, resolved_in_id, resolved_by_id
"""
WITH_RESOLVERS: Final = """
SELECT page.*, resolver.email
  FROM page LEFT JOIN (SELECT id, email FROM users WHERE id IN (SELECT resolved_by_id FROM page)) AS resolver
    ON resolver.id = page.resolved_by_id
"""


class Entry(NamedTuple):
    """A line of the log, as it is read."""

    id: UUID
    event_type: str
    level: str
    order_id: UUID | None
    payload: dict[str, Any]
    message: str
    occurred_at: datetime
    inserted_at: datetime
    fingerprint: str
    backfilled: bool
    resolved_at: datetime | None
    resolution: str
    resolved_in_id: UUID | None
    resolved_by_id: int | None
    resolved_by: str | None

    @property
    def order_number(self) -> str:
        """The order's number; empty for what isn't about an order, or was logged by its id alone."""
        return str(self.payload.get("order_number", ""))

    @property
    def is_problem(self) -> bool:
        """Of a level that asks for a person, whether or not one has looked after it."""
        return self.level in ATTENTION

    @property
    def needs_attention(self) -> bool:
        return self.is_problem and self.resolved_at is None


class Cursor(NamedTuple):
    """The last line of a page: the next page starts after it."""

    occurred_at: datetime
    id: UUID

    def encode(self, bound_to: str = "") -> str:
        """As a text for addresses, which only those filters read whose fingerprint it is bound to."""
        return keyset.encode({"t": self.occurred_at.isoformat(), "i": str(self.id), "f": bound_to})

    @classmethod
    def decode(cls, text: str, bound_to: str = "") -> "Cursor":
        """The cursor of a text. Raises BadCursor."""
        parts = keyset.decode(text, ("t", "i", "f"))
        if parts["f"] != bound_to:
            raise BadCursor
        return cls(keyset.read_time(parts["t"]), keyset.read_uuid(parts["i"]))


class Page(NamedTuple):
    """Some entries, newest first; ``next_cursor`` is null on the last page.

    ``searched_to`` is set where a search ended by its bound of rows: so far back nothing else was found, and what is
    older hasn't been looked at.
    """

    entries: tuple[Entry, ...]
    next_cursor: Cursor | None
    searched_to: datetime | None = None


def entries_of(rows: Iterable[tuple[Any, ...]]) -> list[Entry]:
    """The rows of ``WITH_RESOLVERS`` over ``COLUMNS``."""
    return [Entry(*row) for row in rows]
