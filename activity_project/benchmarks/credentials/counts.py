"""What a list, a chain and a month's figures cost the database: counts, which are the same on every machine."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from activity_project.benchmarks.credentials.history import LARGE, MONTH, SMALL
from activity_project.benchmarks.figures import Comparison, Figure
from apps.credentials.event_types import EventType
from apps.credentials.feed import find_chain, list_activity
from apps.credentials.filters import EVERYTHING, ActivityFilters
from apps.credentials.models import Profile
from apps.credentials.stats import count_activity

LIMIT = 25
LIST, CHAIN, STATS = "list", "chain", "month's figures"
BUDGETS = {LIST: 150, CHAIN: 20, STATS: 2_000}


@dataclass(frozen=True, slots=True)
class Count:
    """What one read cost in all its statements together."""

    what: str
    who: str
    case: str
    buffers: int
    statements: int


def count() -> list[Count]:
    """The cost of each read, for the large issuer and for a small one."""
    return [counted for issuer in (LARGE, SMALL) for counted in _of_issuer(issuer)]


def figures(counts: list[Count]) -> Iterator[Figure]:
    """Each kind of read against its budget, by the costliest case."""
    for what, most in BUDGETS.items():
        worst = max((each for each in counts if each.what == what), key=lambda each: each.buffers)
        about = f"{worst.who} issuer, {worst.case}"
        yield Figure(name=f"shared buffers, {what}", value=worst.buffers, most=most, about=about)


def growth(small: list[Count], large: list[Count], rows: tuple[int, int]) -> Figure:
    """How much more a small issuer's reads cost beside much more of others."""
    before, after = (_of_small(counts) for counts in (small, large))
    ratios = {name: after[name] / before[name] for name in before.keys() & after.keys()}
    worst = max(ratios, key=lambda name: ratios[name])
    about = f"{' '.join(worst)}; {rows[0]:,} events and {rows[1]:,}"
    return Figure(
        name="a small issuer's buffers in large tables / in small ones", value=ratios[worst], most=1.3, about=about
    )


def _of_small(counts: list[Count]) -> dict[tuple[str, str], int]:
    return {(each.what, each.case): each.buffers for each in counts if each.who == "small"}


def comparison(counts: list[Count]) -> Comparison:
    """Everything that was counted."""
    rows: list[list[str | float]] = [[each.what, each.who, each.case, each.statements, each.buffers] for each in counts]
    return Comparison("Shared buffers of each read", ("read", "issuer", "case", "statements", "buffers"), rows)


def _of_issuer(number: int) -> Iterator[Count]:
    issuer, who = Profile.objects.get(pk=number), "large" if number == LARGE else "small"
    for case, read in _lists(issuer):
        yield Count(LIST, who, case, *_cost(read))
    chain = issuer.issuances.filter(event_count=3).order_by("-id")[0]
    yield Count(CHAIN, who, "three events", *_cost(partial(find_chain, issuer, chain.activity_id)))
    month = ActivityFilters(since=MONTH[0], until=MONTH[1])
    yield Count(STATS, who, "all boosts", *_cost(partial(count_activity, issuer, month)))


def _lists(issuer: Profile) -> Iterator[tuple[str, Callable[[], Any]]]:
    deep = issuer.issuances.order_by("id")[10].first_at
    boost = issuer.boosts.newest_first()[0]
    page = partial(list_activity, issuer, limit=LIMIT)
    yield "first page", partial(page, EVERYTHING)
    yield "deep", partial(page, EVERYTHING, before=MONTH[0])
    yield "near the end", partial(page, EVERYTHING, before=deep)
    yield "one boost", partial(page, ActivityFilters(boost_ids=(boost.pk,)))
    yield "failed ones", partial(page, ActivityFilters(event_type=EventType.FAILED))
    yield "latest of each chain", partial(page, EVERYTHING, grouped=True)
    yield "latest of each chain, deep", partial(page, EVERYTHING, before=MONTH[0], grouped=True)


def _cost(read: Callable[[], Any]) -> tuple[int, int]:
    """Shared buffers of all statements of the read, and how many statements there were."""
    read()  # what is made once, and the hints of rows, aren't the read's
    with CaptureQueriesContext(connection) as captured:
        read()
    statements = [each["sql"] for each in captured.captured_queries]
    return sum(map(_buffers, statements)), len(statements)


def _buffers(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement.replace('%', '%%')}", [])
        (answer,) = cursor.fetchone()
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
