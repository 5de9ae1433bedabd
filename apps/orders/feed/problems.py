"""The open problems: entries that need a person, those that share a fingerprint as one line."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from apps.common.sql import fetch_prepared
from apps.orders.feed.entries import Cursor
from apps.orders.feed.filters import EVERYTHING, FeedFilters, has_words, word_values
from apps.orders.feed.stream import DEFAULT_LIMIT, EXPORTED
from apps.orders.seen import Seen

# What one page looks at where it is filtered by what no index knows.
MOST_LOOKED_AT: Final = 5_000
_COLUMNS: Final = """
fingerprint, event_type, level, order_id, order_number, message, entries,
first_occurred_at, last_occurred_at, last_entry_id, resolved_before_at, resolution_before
"""


class Problem(NamedTuple):
    """Open entries that share a fingerprint, as one line: how many, and the first and last of them.

    ``resolved_before_at`` and ``resolution_before`` tell of the last time that an occurrence of it was resolved.
    """

    fingerprint: str
    event_type: str
    level: str
    order_id: UUID | None
    order_number: str
    message: str
    entries: int
    first_occurred_at: datetime
    last_occurred_at: datetime
    last_entry_id: UUID
    resolved_before_at: datetime | None
    resolution_before: str

    @property
    def came_back_after(self) -> datetime | None:
        """When it was resolved before it occurred again; null for what was never thought to be over."""
        before = self.resolved_before_at
        return before if before and before < self.last_occurred_at else None


class Attention(NamedTuple):
    """Some open problems, the last to occur first; ``seen`` goes into the form that resolves one of them.

    ``searched_to`` as in ``Page``.
    """

    problems: tuple[Problem, ...]
    next_cursor: Cursor | None
    seen: Seen
    searched_to: datetime | None = None


def list_problems(
    *, filters: FeedFilters = EVERYTHING, cursor: Cursor | None = None, limit: int = DEFAULT_LIMIT
) -> Attention:
    """A page of the open problems, the last to occur first. The filters' days are those of the last occurrence."""
    rows = fetch_prepared(*problems_statement(cursor, limit, filters))
    seen = Seen(*rows[0][:2])
    problems = [Problem(*row[2:]) for row in rows if row[2] is not None]
    if len(problems) > limit:
        last = problems[limit - 1]
        return Attention(tuple(problems[:limit]), Cursor(last.last_occurred_at, last.last_entry_id), seen)
    end = _where_the_search_ended(filters, cursor) if _conditions(filters) else None
    return Attention(tuple(problems), end, seen, end.occurred_at if end else None)


def problems_of(fingerprints: list[str]) -> tuple[dict[str, Problem], Seen]:
    """These problems as they are now, those of them that are open, and what was seen of them."""
    query = _beside_the_snapshot(f"SELECT {_COLUMNS} FROM open_problems WHERE fingerprint = ANY(%(fingerprints)s)")
    rows = fetch_prepared(query, {"fingerprints": fingerprints})
    found = [Problem(*row[2:]) for row in rows if row[2] is not None]
    return {problem.fingerprint: problem for problem in found}, Seen(*rows[0][:2])


def walk_problems(filters: FeedFilters) -> Iterator[Problem]:
    """Every open problem that the filters leave, in constant memory."""
    page = list_problems(filters=filters, limit=EXPORTED)
    yield from page.problems
    while page.next_cursor:
        page = list_problems(filters=filters, cursor=page.next_cursor, limit=EXPORTED)
        yield from page.problems


def problems_statement(
    cursor: Cursor | None, limit: int, filters: FeedFilters = EVERYTHING
) -> tuple[str, dict[str, Any]]:
    """The page of open problems, beside the snapshot it was read in."""
    conditions = _conditions(filters)
    looked_at = _newest(_COLUMNS, filters, cursor)
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    found = f"""
    SELECT * FROM ({looked_at}) AS looked_at {where}
     ORDER BY last_occurred_at DESC, last_entry_id DESC LIMIT %(limit)s"""
    most = MOST_LOOKED_AT if conditions else limit + 1
    params = _params(filters, cursor) | {"limit": limit + 1, "most": most, **word_values(filters.words)}
    return _beside_the_snapshot(found), params


def _beside_the_snapshot(problems: str) -> str:
    return f"""
    SELECT now_is.snapshot, now_is.at, problem.*
      FROM (SELECT pg_current_snapshot()::text AS snapshot, clock_timestamp() AS at) AS now_is
      LEFT JOIN ({problems}) AS problem ON true
     ORDER BY problem.last_occurred_at DESC, problem.last_entry_id DESC
    """


def _newest(columns: str, filters: FeedFilters, cursor: Cursor | None) -> str:
    """The range of the index: those of an order, or all, between the filters' days, after the cursor."""
    conditions = ["order_id = %(order_id)s"] if filters.order_id else []
    conditions += ["(last_occurred_at, last_entry_id) < (%(at)s, %(id)s)"] if cursor else []
    conditions += ["last_occurred_at >= %(since)s"] if filters.since else []
    conditions += ["last_occurred_at < %(until)s"] if filters.until else []
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"""
    SELECT {columns} FROM open_problems {where}
     ORDER BY last_occurred_at DESC, last_entry_id DESC LIMIT %(most)s"""


def _conditions(filters: FeedFilters) -> list[str]:
    """What is put to each row that is looked at."""
    conditions = ["level = %(level)s"] if filters.level else []
    conditions += ["event_type = %(event_type)s"] if filters.event_type else []
    conditions += [has_words(filters.words, "message", "order_number")] if filters.words else []
    return conditions


def _params(filters: FeedFilters, cursor: Cursor | None) -> dict[str, Any]:
    position = {"at": cursor.occurred_at, "id": cursor.id} if cursor else {}
    names = ("level", "event_type", "order_id", "since", "until")
    return position | {name: getattr(filters, name) for name in names}


def _where_the_search_ended(filters: FeedFilters, cursor: Cursor | None) -> Cursor | None:
    """The row at which the bound stopped the search; None where it had come to the end before."""
    rows = _newest("last_occurred_at, last_entry_id", filters, cursor)
    params = _params(filters, cursor) | {"most": MOST_LOOKED_AT, "last": MOST_LOOKED_AT - 1}
    query = f"SELECT * FROM ({rows}) AS looked_at ORDER BY last_occurred_at DESC, last_entry_id DESC OFFSET %(last)s"
    found = fetch_prepared(query, params)
    return Cursor(*found[0]) if found else None
