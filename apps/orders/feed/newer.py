"""How much has come since a page was read: for an offer to load it."""

from dataclasses import replace
from typing import Final

from apps.orders.feed.entries import Cursor
from apps.orders.feed.filters import FeedFilters
from apps.orders.feed.problems import list_problems
from apps.orders.feed.stream import list_recent

MOST_NEW: Final = 50


def count_newer_entries(filters: FeedFilters, newest: Cursor) -> int:
    """How many entries came after the newest of a page, counted up to ``MOST_NEW`` and one."""
    page = list_recent(filters=_from(filters, newest), limit=MOST_NEW + 1)
    return sum((entry.occurred_at, entry.id) > newest for entry in page.entries)


def count_newer_problems(filters: FeedFilters, newest: Cursor) -> int:
    """How many problems have occurred, for the first time or again, after the newest of a page; counted likewise."""
    page = list_problems(filters=_from(filters, newest), limit=MOST_NEW + 1)
    return sum((problem.last_occurred_at, problem.last_entry_id) > newest for problem in page.problems)


def _from(filters: FeedFilters, newest: Cursor) -> FeedFilters:
    since = max(filters.since, newest.occurred_at) if filters.since else newest.occurred_at
    return replace(filters, since=since)
