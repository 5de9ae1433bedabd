"""What the reads of the log cost the database: counts, which are the same on every machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from activity_project.benchmarks.figures import Comparison, Figure
from activity_project.benchmarks.log.history import BEGIN, DAYS, END, RARE_TYPE, Size
from activity_project.benchmarks.plans import explain
from apps.orders import feed
from apps.orders.feed import Cursor, FeedFilters

BADGE, TAB, FEED, TIMELINE = "badge", "attention tab", "feed", "order timeline"
BUDGETS: Final = {BADGE: 40, TAB: 60, FEED: 80, TIMELINE: 20}
# An index of a hundred times the rows is a level or two higher.
MOST_GROWTH: Final = 1.3

_DEEP: Final = Cursor(BEGIN + timedelta(days=DAYS // 3), UUID(int=0))
_SINCE, _UNTIL = END - timedelta(days=30), END - timedelta(days=23)
_FILTERS: Final = {
    "everything": FeedFilters(),
    "info": FeedFilters(level="info"),
    "errors": FeedFilters(level="error"),
    "warnings, of which there are none": FeedFilters(level="warning"),
    "a common type": FeedFilters(event_type="order.created"),
    "a type of errors": FeedFilters(event_type="order.submission_failed"),
    "a rare type": FeedFilters(event_type=RARE_TYPE),
    "an absent type": FeedFilters(event_type="order.teleported"),
    "a type at a level": FeedFilters(event_type="order.submission_failed", level="error"),
    "a type at no such level": FeedFilters(event_type="order.created", level="error"),
    "backfilled": FeedFilters(backfilled=True),
    "a week": FeedFilters(since=_SINCE, until=_UNTIL),
    "errors of a week": FeedFilters(level="error", since=_SINCE, until=_UNTIL),
}


@dataclass(frozen=True, slots=True)
class Count:
    """What one read cost."""

    what: str
    case: str
    buffers: int
    ms: float


def count(size: Size) -> list[Count]:
    """The cost of each read, with warm pages: the first run may set hint bits."""
    reads = list(_reads(size))
    for _what, _case, statement in reads:
        explain(*statement)
    return [_counted(what, case, statement) for what, case, statement in reads]


def figures(counts: list[Count], size: Size) -> Iterator[Figure]:
    """Each kind of read against its budget, by the costliest case."""
    for what, most in BUDGETS.items():
        worst = max((each for each in counts if each.what == what), key=lambda each: each.buffers)
        about = f"{worst.case}; {size.open:,} open"
        yield Figure(name=f"shared buffers, {what}", value=worst.buffers, most=most, about=about)


def badge_of_few() -> Figure:
    """The badge where no more problems are open than it counts."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_FEW)
        buffers = explain(feed.COUNT, {"most": feed.MOST_COUNTED}).buffers
        transaction.set_rollback(True)
    return Figure(
        name=f"shared buffers, {BADGE}", value=buffers, most=BUDGETS[BADGE], about=f"{feed.MOST_COUNTED} open"
    )


# In a table of its own making, without what a DELETE would leave behind.
_FEW: Final = f"""
CREATE TEMP TABLE few ON COMMIT DROP AS SELECT * FROM open_problems LIMIT {feed.MOST_COUNTED};
TRUNCATE open_problems;
INSERT INTO open_problems SELECT * FROM few
"""


def growth(small: list[Count], large: list[Count], sizes: tuple[Size, Size]) -> Figure:
    """How much more all reads together cost in a larger log."""
    sums = [sum(each.buffers for each in counts) for counts in (small, large)]
    about = f"all reads: {sums[0]} at {sizes[0].rows:,} entries, {sums[1]} at {sizes[1].rows:,}"
    return Figure(
        name="buffers in a large log / in a small one", value=sums[1] / sums[0], most=MOST_GROWTH, about=about
    )


def comparison(counts: list[Count]) -> Comparison:
    """Everything that was counted."""
    rows: list[list[str | float]] = [[each.what, each.case, each.buffers, each.ms] for each in counts]
    return Comparison("Shared buffers of each read", ("read", "case", "buffers", "ms"), rows)


def _reads(size: Size) -> Iterator[tuple[str, str, tuple[str, dict[str, Any]]]]:
    limit = feed.DEFAULT_LIMIT
    yield BADGE, "counted to 100", (feed.COUNT, {"most": feed.MOST_COUNTED})
    for depth, cursor in (("first page", None), ("deep", _DEEP)):
        yield TAB, depth, feed.problems_statement(cursor, limit)
        for name, filters in _FILTERS.items():
            yield FEED, f"{name}, {depth}", feed.statement(filters, cursor, limit)
    for day in (0, DAYS // 2, DAYS - 1):
        yield TIMELINE, f"an order of day {day}", feed.timeline_statement(size.order_of(day))


def _counted(what: str, case: str, statement: tuple[str, dict[str, Any]]) -> Count:
    plan = explain(*statement)
    return Count(what, case, plan.buffers, float(plan.root["Actual Total Time"]))
