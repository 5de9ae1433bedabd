"""The reading side of the activity log: one order's story, the global stream, and what needs a person's attention.

Every list is a range of an index, read by row value and cut at the page's length, so that a page costs the same
wherever it lies. Nothing is joined to orders: an entry carries its order's number in the payload.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
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
_FIRST_ID: Final = UUID(int=0)
_NO_BEGINNING: Final = datetime(1, 1, 2, tzinfo=UTC)
_NO_END: Final = Cursor(datetime(9999, 12, 30, tzinfo=UTC), _FIRST_ID)


def list_for_order(order: Order | UUID) -> list[Entry]:
    """One order's story, oldest first."""
    return _entries(fetch_prepared(*timeline_statement(order.pk if isinstance(order, Order) else order)))


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


# Every open problem has an entry at least, so as many problems as are counted at most are enough to look at.
COUNT: Final = """
SELECT LEAST(COALESCE(sum(entries), 0), %(most)s)
  FROM (SELECT entries FROM open_problems LIMIT %(most)s) AS problem
"""


def timeline_statement(order_id: UUID) -> tuple[str, dict[str, Any]]:
    """One order's entries."""
    query = f"""
    WITH page AS MATERIALIZED (
      SELECT {_COLUMNS} FROM activity_log WHERE order_id = %(order_id)s
       ORDER BY occurred_at, id LIMIT {MAX_TIMELINE})
    {_WITH_RESOLVERS} ORDER BY page.occurred_at, page.id
    """
    return query, {"order_id": order_id}


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
    params = {"limit": limit + 1, **_bounds(filters, cursor)}
    query = f"""
    WITH page AS MATERIALIZED ({_rows(filters, params)})
    {_WITH_RESOLVERS} ORDER BY page.occurred_at DESC, page.id DESC
    """
    return query, params


def _bounds(filters: FeedFilters, cursor: Cursor | None) -> dict[str, Any]:
    """Between which times and ids the page lies; one bound at each end, so that the index is entered right there."""
    ends = [Cursor(filters.until, _FIRST_ID)] if filters.until else []
    ends += [cursor] if cursor else []
    end = min(ends, default=_NO_END)
    return {"since": filters.since or _NO_BEGINNING, "at": end.occurred_at, "id": end.id}


def _rows(filters: FeedFilters, params: dict[str, Any]) -> str:
    if filters.order_id:
        params["order_id"] = filters.order_id
        return _branch(["order_id = %(order_id)s", *_type_and_level(filters, params)], filters)
    if filters.event_type:
        params["event_type"] = filters.event_type
        return _merged([_of_type(_known(level), filters) for level in _levels_of(filters)])
    return _branch(_type_and_level(filters, params), filters)


def _merged(branches: list[str]) -> str:
    streams = " UNION ALL ".join(f"({branch})" for branch in branches)
    return f"SELECT * FROM ({streams}) AS streams ORDER BY occurred_at DESC, id DESC LIMIT %(limit)s"


def _levels_of(filters: FeedFilters) -> Sequence[str]:
    return [filters.level] if filters.level else _LEVELS


def _type_and_level(filters: FeedFilters, params: dict[str, Any]) -> list[str]:
    """A level other than info has an index of its own, whose condition the statement has to repeat."""
    conditions = []
    if filters.event_type:
        params["event_type"] = filters.event_type
        conditions.append("event_type = %(event_type)s")
    if filters.level:
        conditions.append(f"level = '{_known(filters.level)}'")
    if filters.level in ATTENTION:
        conditions.append("level IN ('warning', 'error')")
    return conditions


def _known(level: str) -> str:
    """Levels stand in the statement as they are, so that PostgreSQL sees which partial index serves it."""
    if level not in _LEVELS:
        raise ValueError(f"no level {level!r}")
    return level


def _branch(conditions: list[str], filters: FeedFilters) -> str:
    bounds = ["(occurred_at, id) < (%(at)s, %(id)s)", "occurred_at >= %(since)s"]
    return f"""
    SELECT {_COLUMNS} FROM activity_log WHERE {" AND ".join([*conditions, *bounds, *_backfilled(filters)])}
     ORDER BY occurred_at DESC, id DESC LIMIT %(limit)s"""


def _of_type(level: str, filters: FeedFilters) -> str:
    """One type at one level. As a range of the whole key and in its order, which no other index has: from conditions
    with ``=`` PostgreSQL, which doesn't know how rare the type is, may conclude to read the log by time."""
    key = "(event_type, level, occurred_at, id)"
    conditions = [
        f"{key} >= (%(event_type)s, '{level}', %(since)s, '{_FIRST_ID}'::uuid)",
        f"{key} < (%(event_type)s, '{level}', %(at)s, %(id)s)",
        *_backfilled(filters),
    ]
    return f"""
    SELECT {_COLUMNS} FROM activity_log WHERE {" AND ".join(conditions)}
     ORDER BY event_type DESC, level DESC, occurred_at DESC, id DESC LIMIT %(limit)s"""


def _backfilled(filters: FeedFilters) -> list[str]:
    if filters.backfilled is None:
        return []
    return ["backfilled" if filters.backfilled else "NOT backfilled"]


def _entries(rows: Iterable[tuple[Any, ...]]) -> list[Entry]:
    return [Entry(*row) for row in rows]
