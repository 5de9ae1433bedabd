"""The global stream: everything that happened, newest first, filtered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from apps.common.replica import read
from apps.common.sql import fetch_prepared
from apps.orders.feed.entries import COLUMNS, WITH_RESOLVERS, Cursor, Entry, Page, entries_of
from apps.orders.feed.filters import EVERYTHING, FeedFilters, has_words, word_values
from apps.orders.models.activity_log import ATTENTION, Level

DEFAULT_LIMIT: Final = 50
EXPORTED: Final = 1_000
# What one page of a search looks at: no index knows the words of a message. About 0.05 s.
MOST_SEARCHED: Final = 10_000

# Types without a level are the streams of their levels, merged.
_LEVELS: Final = tuple(Level.values)
_FIRST_ID: Final = UUID(int=0)
_NO_BEGINNING: Final = datetime(1, 1, 2, tzinfo=UTC)
_NO_END: Final = Cursor(datetime(9999, 12, 30, tzinfo=UTC), _FIRST_ID)
_NEWEST_FIRST: Final = "ORDER BY occurred_at DESC, id DESC"
_POSITION: Final = "occurred_at, id"
_SEARCHED: Final = ("message", "payload ->> 'order_number'")


def list_recent(
    *,
    level: str | None = None,
    filters: FeedFilters = EVERYTHING,
    cursor: Cursor | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page:
    """A page of the log, newest first; ``level`` is short for a filter by level alone."""
    asked = FeedFilters(level=level) if level else filters
    entries = entries_of(fetch_prepared(*statement(asked, cursor, limit)))
    if len(entries) > limit:
        last = entries[limit - 1]
        return Page(tuple(entries[:limit]), Cursor(last.occurred_at, last.id))
    end = _where_the_search_ended(asked, cursor) if asked.is_search else None
    return Page(tuple(entries), end, end.occurred_at if end else None)


def walk(filters: FeedFilters, *, after: int | None = None) -> Iterator[Entry]:
    """Every entry that the filters leave, newest first, in constant memory; by a replica as ``page_of`` says."""
    page = page_of(filters=filters, limit=EXPORTED, after=after)
    yield from page.entries
    while page.next_cursor:
        page = page_of(filters=filters, cursor=page.next_cursor, limit=EXPORTED, after=after)
        yield from page.entries


def page_of(
    *, filters: FeedFilters, cursor: Cursor | None = None, limit: int = DEFAULT_LIMIT, after: int | None
) -> Page:
    """The page, by a replica that has replayed the log up to ``after``, where there is one."""
    return read(lambda: list_recent(filters=filters, cursor=cursor, limit=limit), after=after)


def statement(filters: FeedFilters, cursor: Cursor | None, limit: int) -> tuple[str, dict[str, Any]]:
    """The page of entries: one range of the index that the filters choose, or of several, merged."""
    asked = _Range(filters, cursor, most=MOST_SEARCHED if filters.is_search else limit + 1)
    page = _found(asked) if filters.is_search else asked.rows(COLUMNS)
    query = f"""
    WITH page AS MATERIALIZED ({page})
    {WITH_RESOLVERS} ORDER BY page.occurred_at DESC, page.id DESC
    """
    return query, {"limit": limit + 1, **asked.params(), **word_values(filters.words)}


def _found(looked_at: "_Range") -> str:
    """Those of the rows that are as asked; no more of them are read than that takes."""
    filters = looked_at.filters
    conditions = [has_words(filters.words, *_SEARCHED), *_backfilled(filters)]
    return f"""
    SELECT {COLUMNS} FROM ({looked_at.rows(COLUMNS)}) AS looked_at
     WHERE {" AND ".join(conditions)} {_NEWEST_FIRST} LIMIT %(limit)s"""


def _where_the_search_ended(filters: FeedFilters, cursor: Cursor | None) -> Cursor | None:
    """The row at which the bound stopped the search; None where it had come to the end before."""
    asked = _Range(filters, cursor, most=MOST_SEARCHED)
    query = f"SELECT {_POSITION} FROM ({asked.rows(_POSITION)}) AS looked_at {_NEWEST_FIRST} OFFSET %(last)s"
    rows = fetch_prepared(query, {**asked.params(), "last": MOST_SEARCHED - 1})
    return Cursor(*rows[0]) if rows else None


def _backfilled(filters: FeedFilters) -> list[str]:
    if filters.backfilled is None:
        return []
    return ["backfilled" if filters.backfilled else "NOT backfilled"]


@dataclass(frozen=True, slots=True)
class _Range:
    """The newest ``most`` entries that an index finds for the filters, after a cursor where one is given."""

    filters: FeedFilters
    cursor: Cursor | None
    most: int

    def params(self) -> dict[str, Any]:
        """Its bounds, one at each end, so that the index is entered right there; and what is asked for."""
        filters = self.filters
        ends = [Cursor(filters.until, _FIRST_ID)] if filters.until else []
        end = min([*ends, self.cursor] if self.cursor else ends, default=_NO_END)
        bounds = {"since": filters.since or _NO_BEGINNING, "at": end.occurred_at, "id": end.id, "most": self.most}
        asked = {"order_id": filters.order_id, "event_type": filters.event_type}
        return bounds | {name: value for name, value in asked.items() if value}

    def rows(self, columns: str) -> str:
        if self.filters.order_id:
            return self._branch(columns, ["order_id = %(order_id)s", *self._type_and_level()])
        if self.filters.event_type:
            return _merged(columns, [self._of_type(columns, _known(level)) for level in self._levels()])
        if self.filters.level in ATTENTION:
            return self._of_level(columns, _known(self.filters.level or ""))
        return self._branch(columns, self._type_and_level())

    def _levels(self) -> Sequence[str]:
        return [self.filters.level] if self.filters.level else _LEVELS

    def _type_and_level(self) -> list[str]:
        conditions = ["event_type = %(event_type)s"] if self.filters.event_type else []
        if self.filters.level:
            conditions.append(f"level = '{_known(self.filters.level)}'")
        return conditions

    def _branch(self, columns: str, conditions: list[str]) -> str:
        bounds = ["(occurred_at, id) < (%(at)s, %(id)s)", "occurred_at >= %(since)s"]
        bounds += [] if self.filters.is_search else _backfilled(self.filters)
        return f"""
        SELECT {columns} FROM activity_log WHERE {" AND ".join([*conditions, *bounds])}
         {_NEWEST_FIRST} LIMIT %(most)s"""

    def _of_level(self, columns: str, level: str) -> str:
        """One level other than info, which has an index of its own, whose condition the statement has to repeat.

        A range of the whole key, too: from the level with ``=`` beside that condition PostgreSQL concludes that hardly
        anything is left, and sorts all of it.
        """
        conditions = [
            "level IN ('warning', 'error')",
            f"(level, occurred_at, id) >= ('{level}', %(since)s, '{_FIRST_ID}'::uuid)",
            f"(level, occurred_at, id) < ('{level}', %(at)s, %(id)s)",
        ]
        return f"""
        SELECT {columns} FROM activity_log WHERE {" AND ".join(conditions)}
         ORDER BY level DESC, occurred_at DESC, id DESC LIMIT %(most)s"""

    def _of_type(self, columns: str, level: str) -> str:
        """One type at one level. As a range of the whole key and in its order, which no other index has: from
        conditions with ``=`` PostgreSQL, which doesn't know how rare the type is, may conclude to read the log by time.
        """
        key = "(event_type, level, occurred_at, id)"
        conditions = [
            f"{key} >= (%(event_type)s, '{level}', %(since)s, '{_FIRST_ID}'::uuid)",
            f"{key} < (%(event_type)s, '{level}', %(at)s, %(id)s)",
        ]
        return f"""
        SELECT {columns} FROM activity_log WHERE {" AND ".join(conditions)}
         ORDER BY event_type DESC, level DESC, occurred_at DESC, id DESC LIMIT %(most)s"""


def _merged(columns: str, branches: list[str]) -> str:
    streams = " UNION ALL ".join(f"({branch})" for branch in branches)
    return f"SELECT {columns} FROM ({streams}) AS streams {_NEWEST_FIRST} LIMIT %(most)s"


def _known(level: str) -> str:
    """Levels stand in the statement as they are, so that PostgreSQL sees which partial index serves it."""
    if level not in _LEVELS:
        raise ValueError(f"no level {level!r}")
    return level
