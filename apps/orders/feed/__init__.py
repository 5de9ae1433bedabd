"""The reading side of the activity log: one order's story, the global stream, and what needs a person's attention.

Every list is a range of an index, read by row value and cut at the page's length, so that a page costs the same
wherever it lies. Nothing is joined to orders: an entry carries its order's number in the payload. What no index knows,
such as a word of a message, is looked for in so many rows a page, and the page says how far back that reached.
"""

from apps.orders.feed.counts import COUNT, MOST_COUNTED, count_delayed, count_needing_attention
from apps.orders.feed.entries import Cursor, Entry, Page
from apps.orders.feed.filters import EVERYTHING, FeedFilters
from apps.orders.feed.newer import MOST_NEW, count_newer_entries, count_newer_problems
from apps.orders.feed.problems import (
    Attention,
    Problem,
    list_problems,
    problems_of,
    problems_statement,
    walk_problems,
)
from apps.orders.feed.singly import Ended, entries_with, last_ended
from apps.orders.feed.story import list_for_order, timeline_statement
from apps.orders.feed.stream import DEFAULT_LIMIT, list_recent, page_of, statement, walk

__all__ = [
    "COUNT",
    "DEFAULT_LIMIT",
    "EVERYTHING",
    "MOST_COUNTED",
    "MOST_NEW",
    "Attention",
    "Cursor",
    "Ended",
    "Entry",
    "FeedFilters",
    "Page",
    "Problem",
    "count_delayed",
    "count_needing_attention",
    "count_newer_entries",
    "count_newer_problems",
    "entries_with",
    "last_ended",
    "list_for_order",
    "list_problems",
    "list_recent",
    "page_of",
    "problems_of",
    "problems_statement",
    "statement",
    "timeline_statement",
    "walk",
    "walk_problems",
]
