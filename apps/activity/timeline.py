"""The timeline: a merge, at read time, of a person's generation jobs and credit transactions.

Its order is total: time, source, id, newest first. A page costs the same wherever it lies: each kind of row is one
range of the index ``(user, kind, time, id)``, read by row value and cut at the page's length, and PostgreSQL merges
these few sorted streams.

A walk over the pages is a snapshot. Its first page notes the database's own snapshot; later pages show the rows that
this snapshot had seen, and place each job where it stood then. Time alone couldn't do it: a job that was finished
before the first page was read may have been committed after it. All parts of a page are read by one statement,
because between two statements a job can move and be met twice.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.rows import TupleRow

from apps.activity import searching, statement
from apps.activity.filters import EVERYTHING, TimelineFilters
from apps.activity.items import ActivityItem, Position, SourceType, TimelineRow, items_from_rows
from apps.common import keyset
from apps.common.keyset import BadCursor
from apps.common.sql import fetch_prepared
from apps.generations.states import IN_FLIGHT

DEFAULT_LIMIT = 50
MAX_LIMIT = 100

# Rows whose time lies further back than this before a walk began count as seen by it without asking the snapshot.
# No transaction that writes the timeline takes as long; and in a database restored from a dump the stored
# transaction ids are those of another server and mean nothing to a snapshot of this one.
SETTLED_AFTER = timedelta(minutes=5)

_NO_ID, _EVERY_ID = UUID(int=0), UUID(int=2**128 - 1)
_NO_END = datetime(9999, 12, 30, tzinfo=UTC)
_SNAPSHOT = re.compile(r"([0-9]{1,19}):([0-9]{1,19}):((?:[0-9]{1,19}(?:,[0-9]{1,19})*)?)")
CURSOR_PARTS = ("t", "s", "i", "a", "x", "d", "f")


class Walk(NamedTuple):
    """When a walk over the pages began: the database's time, and its snapshot in PostgreSQL's own writing.

    ``since`` is where its date range begins; it stays where it was when midnight passes between two pages.
    """

    as_of: datetime
    snapshot: str
    since: datetime | None

    def encode(self, filters: TimelineFilters) -> str:
        """The walk as a text for URLs, bound to its filters, to ask later what has come since."""
        parts = {"a": self.as_of.isoformat(), "x": self.snapshot, "f": filters.fingerprint}
        return keyset.encode(parts)

    @classmethod
    def decode(cls, text: str, filters: TimelineFilters) -> "Walk":
        """The walk of a text. Raises BadCursor where it is malformed, cut off or made for other filters."""
        parts = keyset.decode(text, ("a", "x", "f"))
        if parts["f"] != filters.fingerprint:
            raise BadCursor
        as_of = keyset.read_time(parts["a"])
        return cls(as_of, read_snapshot(parts["x"]), filters.since(as_of))


class Cursor(NamedTuple):
    """Where a walk goes on: after ``position``, as things stood when it began."""

    position: Position
    walk: Walk

    def encode(self, filters: TimelineFilters) -> str:
        """The cursor as a text for URLs, bound to the filters it was made for."""
        return keyset.encode(self.parts(filters))

    @classmethod
    def decode(cls, text: str, filters: TimelineFilters) -> "Cursor":
        """The cursor of a text. Raises BadCursor where it is malformed, cut off or made for other filters."""
        return cls.of_parts(keyset.decode(text, CURSOR_PARTS), filters)

    def parts(self, filters: TimelineFilters) -> dict[str, str]:
        """The cursor as texts by the names of ``CURSOR_PARTS``: time, source, id, as of, snapshot, date, filters."""
        return {
            "t": self.position.occurred_at.isoformat(),
            "s": self.position.source_type,
            "i": str(self.position.id),
            "a": self.walk.as_of.isoformat(),
            "x": self.walk.snapshot,
            "d": self.walk.since.isoformat() if self.walk.since else "",
            "f": filters.fingerprint,
        }

    @classmethod
    def of_parts(cls, parts: Mapping[str, str], filters: TimelineFilters) -> "Cursor":
        """The cursor of its parts. Raises BadCursor where one is malformed or they were made for other filters."""
        if parts["f"] != filters.fingerprint or parts["s"] not in list(SourceType):
            raise BadCursor
        position = Position(keyset.read_time(parts["t"]), parts["s"], keyset.read_uuid(parts["i"]))
        since = keyset.read_time(parts["d"]) if parts["d"] else None
        return cls(position, Walk(keyset.read_time(parts["a"]), read_snapshot(parts["x"]), since))


@dataclass(frozen=True, slots=True)
class Page:
    """Some items, newest first, and where to go on; ``next_cursor`` is null on the last page.

    A search looks so far at a time: a page that found fewer than it may hold, even none, can have a next one, and
    says then how far back it has ``searched_to``.
    ``characters`` has id and name of all the person's AI influencers, by name; null where they weren't asked for.
    """

    items: tuple[ActivityItem, ...]
    next_cursor: Cursor | None
    walk: Walk
    characters: tuple[tuple[str, str], ...] | None = None
    searched_to: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Whose timeline, and what of it; "the last 7 days" are counted back from ``now``.

    Pages come ``with_characters`` where a form is to list them: they cost no statement of their own.
    """

    user_id: int
    now: datetime
    filters: TimelineFilters = EVERYTHING
    limit: int = DEFAULT_LIMIT
    with_characters: bool = False

    def page(self, cursor: Cursor | None = None) -> Page:
        """The newest items, or those after the cursor: one statement, whatever the depth."""
        rows = fetch_prepared(*self.question(cursor))
        walk = cursor.walk if cursor else Walk(rows[0][0], rows[0][1], self._since(None))
        items = _items(rows)
        shown = items[: self.limit]
        characters = tuple((id_, name) for id_, name in rows[0][4]) if self.with_characters else None
        if len(items) > self.limit:
            return Page(shown, Cursor(shown[-1].position, walk), walk, characters)
        reach = _reach(rows)
        return Page(shown, reach and Cursor(reach, walk), walk, characters, reach and reach.occurred_at)

    def question(self, cursor: Cursor | None = None) -> tuple[str, dict[str, Any]]:
        """The statement that reads a page, and its parameters."""
        return statement.page(self._shape(cursor)), self._params(self._since(cursor), cursor)

    def arrivals(self, walk: Walk) -> Page:
        """What came into being since the walk began, newest first and at most a page; it goes on as a walk of its own.

        A job that was there and has moved isn't new: whoever reads its line sees it change.
        """
        params = self._params(walk.since, None) | _as_seen_by(walk)
        rows = fetch_prepared(statement.arrivals(self._shape(None)), params)
        return Page(_items(rows)[: self.limit], None, Walk(rows[0][0], rows[0][1], walk.since))

    def beginning(self, at: datetime, snapshot: str) -> Cursor:
        """Where a walk begins that sees what the snapshot had seen at that time, be there more by now."""
        first = Position(self.filters.until or _NO_END, SourceType.CREDIT_TRANSACTION, _NO_ID)
        return Cursor(first, Walk(at, snapshot, self._since(None)))

    def walk(self, read: Callable[[Cursor | None], Page] | None = None) -> Iterator[ActivityItem]:
        """Every item from the newest to the oldest, page by page; ``read`` is another way to a page."""
        read = read or self.page
        page = read(None)
        yield from page.items
        while page.next_cursor:
            page = read(page.next_cursor)
            yield from page.items

    def item(self, source_type: str, source_id: UUID) -> ActivityItem | None:
        """The one item of a source as it stands now; None where the person has none such."""
        query = statement.one(is_job=source_type == SourceType.GENERATION_JOB)
        rows = fetch_prepared(query, {"user_id": self.user_id, "id": source_id, "once": 1})
        return next(iter(_items(rows)), None)

    def _shape(self, cursor: Cursor | None) -> statement.Shape:
        filters = self.filters
        return statement.Shape(
            job_kinds=tuple(map(int, filters.job_kinds)),
            credit_kinds=tuple(map(int, filters.credit_kinds)),
            of_character=filters.character_id is not None,
            # Of the two that haven't ended; the others are a kind of their own, and asking twice misleads the planner.
            of_status=filters.status in IN_FLIGHT,
            of_words=bool(filters.words),
            has_bounds=filters.has_bounds,
            continues=cursor is not None,
            with_characters=self.with_characters,
        )

    def _since(self, cursor: Cursor | None) -> datetime | None:
        return cursor.walk.since if cursor else self.filters.since(self.now)

    def _params(self, since: datetime | None, cursor: Cursor | None) -> dict[str, Any]:
        params: dict[str, Any] = {
            "user_id": self.user_id,
            "character_id": self.filters.character_id,
            "status": self.filters.status and self.filters.status.value,
            "entries": searching.ENTRIES,
            "once": 1,
            "words": self.filters.words,
            "since": since or "-infinity",
            "until": self.filters.until or "infinity",
            "rows": self.limit + 1,
        }
        return params | (_after(cursor) if cursor else {})


def _items(rows: Sequence[TupleRow]) -> tuple[ActivityItem, ...]:
    """The items of a statement's rows; one that found none has a single row, without an item."""
    return items_from_rows(TimelineRow(*row[5:]) for row in rows if row[5] is not None)


def _reach(rows: Sequence[TupleRow]) -> Position | None:
    """How far back a search has come; null where nothing is left to be searched."""
    at, job_id = rows[0][2:4]
    return Position(at, SourceType.GENERATION_JOB, job_id) if at else None


def _after(cursor: Cursor) -> dict[str, Any]:
    """The bounds that the cursor puts on each source.

    In the cursor's own source: the rows after its id. At the very same time all rows of a source that sorts lower
    are still to come, and none of one that sorts higher.
    """
    position = cursor.position
    in_jobs = position.source_type == SourceType.GENERATION_JOB
    return {
        "time": position.occurred_at,
        "job_id": position.id if in_jobs else _NO_ID,
        "credit_id": _EVERY_ID if in_jobs else position.id,
        **_as_seen_by(cursor.walk),
    }


def _as_seen_by(walk: Walk) -> dict[str, Any]:
    return {"settled": walk.as_of - SETTLED_AFTER, "snapshot": walk.snapshot}


def read_snapshot(text: str) -> str:
    """The text, if PostgreSQL would read it as a snapshot. Raises BadCursor, so that no statement fails on it."""
    match = _SNAPSHOT.fullmatch(text)
    if not match:
        raise BadCursor
    lowest, highest = int(match[1]), int(match[2])
    running = [int(part) for part in match[3].split(",")] if match[3] else []
    if not 0 < lowest <= highest < 2**63 or not _rises(running) or not all(lowest <= x < highest for x in running):
        raise BadCursor
    return text


def _rises(numbers: Sequence[int]) -> bool:
    return all(earlier < later for earlier, later in pairwise(numbers))
