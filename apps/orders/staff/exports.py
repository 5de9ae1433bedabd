"""What a file of the feed holds: all that is filtered, a line an entry, or a line an open problem."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.common.export import Cell
from apps.orders import feed
from apps.orders.feed import Entry, FeedFilters, Problem

UTC = ZoneInfo("UTC")

ENTRY_COLUMNS = (
    "id", "occurred_at", "recorded_at", "level", "event", "message", "order_number", "order_id", "backfilled",
    "resolved_at", "resolved_by", "resolution",
)  # fmt: skip
PROBLEM_COLUMNS = (
    "problem", "level", "event", "message", "order_number", "order_id", "occurrences", "first_occurred_at",
    "last_occurred_at", "resolved_before_at",
)  # fmt: skip


def entries(filters: FeedFilters, zone: ZoneInfo = UTC, *, after: int | None = None) -> Iterator[dict[str, Cell]]:
    """The entries that the filters leave, newest first, by the names of ``ENTRY_COLUMNS``.

    ``after`` is how far the database's log was when the reader last wrote.
    """
    return (_entry(entry, zone) for entry in feed.walk(filters, after=after))


def entries_with_facts(filters: FeedFilters, *, after: int | None = None) -> Iterator[dict[str, Any]]:
    """The same, with all the facts of each; times are in UTC."""
    for entry in feed.walk(filters, after=after):
        yield {**_entry(entry, UTC), "backfilled": entry.backfilled, "payload": entry.payload}


def problems(filters: FeedFilters, zone: ZoneInfo = UTC) -> Iterator[dict[str, Cell]]:
    """The open problems that the filters leave, the last to occur first, by the names of ``PROBLEM_COLUMNS``."""
    return (_problem(problem, zone) for problem in feed.walk_problems(filters))


def _entry(entry: Entry, zone: ZoneInfo) -> dict[str, Cell]:
    values: tuple[Cell, ...] = (
        str(entry.id),
        _time(entry.occurred_at, zone),
        _time(entry.inserted_at, zone),
        entry.level,
        entry.event_type,
        entry.message,
        entry.order_number or None,
        _text(entry.order_id),
        "yes" if entry.backfilled else "no",
        _time(entry.resolved_at, zone),
        entry.resolved_by,
        entry.resolution or None,
    )
    return dict(zip(ENTRY_COLUMNS, values, strict=True))


def _problem(problem: Problem, zone: ZoneInfo) -> dict[str, Cell]:
    values: tuple[Cell, ...] = (
        problem.fingerprint,
        problem.level,
        problem.event_type,
        problem.message,
        problem.order_number or None,
        _text(problem.order_id),
        problem.entries,
        _time(problem.first_occurred_at, zone),
        _time(problem.last_occurred_at, zone),
        _time(problem.resolved_before_at, zone),
    )
    return dict(zip(PROBLEM_COLUMNS, values, strict=True))


def _time(at: datetime | None, zone: ZoneInfo) -> str | None:
    return at.astimezone(zone).isoformat(timespec="microseconds") if at else None


def _text(id_: UUID | None) -> str | None:
    return str(id_) if id_ else None
