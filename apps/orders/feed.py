"""The reading side of the activity log: one order's story, the global stream, and what needs a person's attention.

Every list is a range of an index, read by row value and cut at the page's length, so that a page costs the same
wherever it lies. Nothing is joined to orders: an entry carries its order's number in the payload.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from apps.common import keyset
from apps.common.sql import fetch_prepared
from apps.orders.log import spool
from apps.orders.models import Order
from apps.orders.models.activity_log import ATTENTION, Level
from apps.orders.seen import Seen

DEFAULT_LIMIT: Final = 50
MOST_COUNTED: Final = 100
# A story that is longer is cut; no order comes near.
MAX_TIMELINE: Final = 1_000

_COLUMNS: Final = """
id, event_type, level, order_id, payload, message, occurred_at, inserted_at, fingerprint, backfilled,
resolved_at, resolution, resolved_in_id, resolved_by_id
"""
_WITH_RESOLVERS: Final = """
SELECT page.*, resolver.email
  FROM page LEFT JOIN (SELECT id, email FROM users WHERE id IN (SELECT resolved_by_id FROM page)) AS resolver
    ON resolver.id = page.resolved_by_id
"""
# Types without a level are the streams of their levels, merged.
_LEVELS: Final = tuple(Level.values)


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
    def needs_attention(self) -> bool:
        return self.level in ATTENTION and self.resolved_at is None


class Problem(NamedTuple):
    """Open entries that share a fingerprint, as one line: how many, and the first and last of them."""

    fingerprint: str
    event_type: str
    level: str
    order_id: UUID | None
    message: str
    entries: int
    first_occurred_at: datetime
    last_occurred_at: datetime
    last_entry_id: UUID


class Cursor(NamedTuple):
    """The last line of a page: the next page starts after it."""

    occurred_at: datetime
    id: UUID

    def encode(self) -> str:
        return keyset.encode({"t": self.occurred_at.isoformat(), "i": str(self.id)})

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """The cursor of a text. Raises BadCursor."""
        parts = keyset.decode(text, ("t", "i"))
        return cls(keyset.read_time(parts["t"]), keyset.read_uuid(parts["i"]))


class Page(NamedTuple):
    """Some entries, newest first; ``next_cursor`` is null on the last page."""

    entries: tuple[Entry, ...]
    next_cursor: Cursor | None


class Attention(NamedTuple):
    """Some open problems, the last to occur first; ``seen`` goes into the form that resolves one of them."""

    problems: tuple[Problem, ...]
    next_cursor: Cursor | None
    seen: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFilters:
    """What of the log is asked for. ``since`` is included, ``until`` isn't; null means all."""

    level: str | None = None
    event_type: str | None = None
    order_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    backfilled: bool | None = None


EVERYTHING: Final = FeedFilters()


def list_for_order(order: Order | UUID) -> list[Entry]:
    """One order's story, oldest first."""
    order_id = order.pk if isinstance(order, Order) else order
    query = f"""
    WITH page AS MATERIALIZED (
      SELECT {_COLUMNS} FROM activity_log WHERE order_id = %(order_id)s
       ORDER BY occurred_at, id LIMIT {MAX_TIMELINE})
    {_WITH_RESOLVERS} ORDER BY page.occurred_at, page.id
    """
    return _entries(fetch_prepared(query, {"order_id": order_id}))


def list_recent(
    *,
    level: str | None = None,
    filters: FeedFilters = EVERYTHING,
    cursor: Cursor | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page:
    """A page of the log, newest first; ``level`` is short for a filter by level alone."""
    asked = FeedFilters(level=level) if level else filters
    query, params = statement(asked, cursor, limit)
    entries = _entries(fetch_prepared(query, params))
    more = len(entries) > limit
    last = entries[limit - 1] if more else None
    return Page(tuple(entries[:limit]), Cursor(last.occurred_at, last.id) if last else None)


def list_problems(*, cursor: Cursor | None = None, limit: int = DEFAULT_LIMIT) -> Attention:
    """A page of the open problems, the last to occur first."""
    query, params = problems_statement(cursor, limit)
    rows = fetch_prepared(query, params)
    seen = Seen(*rows[0][:2])
    problems = [Problem(*row[2:]) for row in rows if row[2] is not None]
    more = len(problems) > limit
    last = problems[limit - 1] if more else None
    return Attention(tuple(problems[:limit]), Cursor(last.last_occurred_at, last.last_entry_id) if last else None, seen)


def count_needing_attention(most: int = MOST_COUNTED) -> int:
    """How many entries need a person, counted up to ``most``: for a badge, where more is "99+" anyway."""
    ((count,),) = fetch_prepared(COUNT, {"most": most})
    return int(count)


def count_delayed() -> int:
    """How many entries wait in the spool for the database to take them."""
    return spool.depth()


COUNT: Final = """
SELECT count(*) FROM (
  SELECT FROM activity_log WHERE level IN ('warning', 'error') AND resolved_at IS NULL LIMIT %(most)s) AS open
"""


def problems_statement(cursor: Cursor | None, limit: int) -> tuple[str, dict[str, Any]]:
    """The page of open problems, beside the snapshot it was read in."""
    after = "WHERE (last_occurred_at, last_entry_id) < (%(at)s, %(id)s)" if cursor else ""
    query = f"""
    SELECT now_is.snapshot, now_is.at, problem.*
      FROM (SELECT pg_current_snapshot()::text AS snapshot, clock_timestamp() AS at) AS now_is
      LEFT JOIN (
        SELECT fingerprint, event_type, level, order_id, message, entries,
               first_occurred_at, last_occurred_at, last_entry_id
          FROM open_problems {after}
         ORDER BY last_occurred_at DESC, last_entry_id DESC LIMIT %(limit)s) AS problem ON true
     ORDER BY problem.last_occurred_at DESC, problem.last_entry_id DESC
    """
    return query, {"limit": limit + 1} | ({"at": cursor.occurred_at, "id": cursor.id} if cursor else {})


def statement(filters: FeedFilters, cursor: Cursor | None, limit: int) -> tuple[str, dict[str, Any]]:
    """The page of entries: one range of the index that the filters choose, or of several, merged."""
    params: dict[str, Any] = {"limit": limit + 1}
    branches = [_branch(extra, filters, cursor, params) for extra in _streams(filters, params)]
    query = f"""
    WITH page AS MATERIALIZED ({_merged(branches)})
    {_WITH_RESOLVERS} ORDER BY page.occurred_at DESC, page.id DESC
    """
    return query, params


def _merged(branches: list[str]) -> str:
    if len(branches) == 1:
        return branches[0]
    streams = " UNION ALL ".join(f"({branch})" for branch in branches)
    return f"{streams} ORDER BY occurred_at DESC, id DESC LIMIT %(limit)s"


def _streams(filters: FeedFilters, params: dict[str, Any]) -> list[str]:
    """The conditions that each name one range of an index. A level other than info has an index of its own."""
    if filters.order_id:
        return [_order_condition(filters, params)]
    if filters.event_type:
        params["event_type"] = filters.event_type
        levels = [filters.level] if filters.level else _LEVELS
        return [f"event_type = %(event_type)s AND level = '{_known(level)}'" for level in levels]
    if filters.level:
        attention = " AND level IN ('warning', 'error')" if filters.level in ATTENTION else ""
        return [f"level = '{_known(filters.level)}'{attention}"]
    return ["true"]


def _order_condition(filters: FeedFilters, params: dict[str, Any]) -> str:
    params["order_id"] = filters.order_id
    conditions = ["order_id = %(order_id)s"]
    if filters.event_type:
        params["event_type"] = filters.event_type
        conditions.append("event_type = %(event_type)s")
    if filters.level:
        conditions.append(f"level = '{_known(filters.level)}'")
    return " AND ".join(conditions)


def _known(level: str) -> str:
    """Levels stand in the statement as they are, so that PostgreSQL sees which partial index serves it."""
    if level not in _LEVELS:
        raise ValueError(f"no level {level!r}")
    return level


def _branch(condition: str, filters: FeedFilters, cursor: Cursor | None, params: dict[str, Any]) -> str:
    conditions = [condition]
    if cursor:
        params |= {"at": cursor.occurred_at, "id": cursor.id}
        conditions.append("(occurred_at, id) < (%(at)s, %(id)s)")
    for name, operator in (("since", ">="), ("until", "<")):
        if getattr(filters, name):
            params[name] = getattr(filters, name)
            conditions.append(f"occurred_at {operator} %({name})s")
    if filters.backfilled is not None:
        conditions.append("backfilled" if filters.backfilled else "NOT backfilled")
    return f"""
    SELECT {_COLUMNS} FROM activity_log WHERE {" AND ".join(conditions)}
     ORDER BY occurred_at DESC, id DESC LIMIT %(limit)s"""


def _entries(rows: Iterable[tuple[Any, ...]]) -> list[Entry]:
    return [Entry(*row) for row in rows]
