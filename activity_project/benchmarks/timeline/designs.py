"""The ways to read a page that are compared: ours, three ordinary ones, and the one-table log as the bound.

All give the same rows with the same links. The ordinary ones have the same indexes as ours, a branch for each kind
of row included, so that the difference is theirs alone: how they go on from a page, and what they sort.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from activity_project.benchmarks.plans import Plan, explain
from activity_project.benchmarks.timeline import projection
from activity_project.benchmarks.timeline.cases import Case, depths
from activity_project.benchmarks.timeline.projection import (
    AFTER,
    CREDIT,
    CREDIT_LINKS,
    HAS_WORDS,
    JOB,
    JOB_LINKS,
    ORDER,
    PAGE_ROWS,
)  # fmt: skip
from apps.activity.filters import TimelineFilters
from apps.activity.items import Position, SourceType
from apps.activity.timeline import Cursor
from apps.common.sql import fetch_prepared


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a case's timeline a page begins: after so many items."""

    case: Case
    name: str
    depth: int
    cursor: Cursor | None

    @property
    def params(self) -> dict[str, Any]:
        """The parameters of all designs: the product's, and where the page before ended."""
        params = self.case.timeline.question(self.cursor)[1]
        if self.cursor is None:
            return params
        at = self.cursor.position
        return params | {"is_job": int(at.source_type == SourceType.GENERATION_JOB), "id": at.id}


class Ask(NamedTuple):
    """A statement and its parameters."""

    query: str
    params: dict[str, Any]

    def plan(self) -> Plan:
        return explain(*self)


@dataclass(frozen=True, slots=True)
class Design:
    """One way to read a page: the statements it takes, whose rows it merges."""

    name: str
    asks: Callable[[Place], Sequence[Ask]]
    merges: bool = False

    def rows(self, asks: Sequence[Ask]) -> list[tuple[Any, ...]]:
        """The page's rows in the columns of ``TimelineRow``, newest first."""
        rows = [tuple(row[-21:]) for ask in asks for row in fetch_prepared(*ask) if row[-21] is not None]
        if self.merges:
            rows.sort(key=lambda row: row[:3], reverse=True)
        return rows[:PAGE_ROWS]

    def buffers(self, place: Place) -> int:
        """What the page costs the server."""
        return sum(ask.plan().buffers for ask in self.asks(place))


def places(case: Case) -> Iterator[Place]:
    """The first page of a case, and those in the middle, deep down and near the end where it has so many items."""
    items = projection.items(case)
    walk = case.timeline.page().walk
    yield Place(case, "first", 0, None)
    for name, depth in depths(items).items():
        if depth > PAGE_ROWS:
            at, is_job, id_ = projection.position(case, depth - 1)
            source = SourceType.GENERATION_JOB if is_job else SourceType.CREDIT_TRANSACTION
            yield Place(case, name, depth, Cursor(Position(at, source, id_), walk))


def _ours(place: Place) -> Sequence[Ask]:
    return [Ask(*place.case.timeline.question(place.cursor))]


def _log(place: Place) -> Sequence[Ask]:
    return [Ask(projection.page(place.case.filters, continues=place.depth > 0), place.params)]


def _with_offset(place: Place) -> Sequence[Ask]:
    reach = place.depth + PAGE_ROWS
    keys = _union(place.case.filters, f"LIMIT {reach}")
    return [Ask(_linked(f"{keys} {ORDER} LIMIT {PAGE_ROWS} OFFSET {place.depth}"), place.params)]


def _sorting(place: Place) -> Sequence[Ask]:
    after = f"WHERE {AFTER}" if place.depth else ""
    return [Ask(_linked(f"{_union(place.case.filters)} {after} {ORDER} LIMIT {PAGE_ROWS}"), place.params)]


def _two_lists(place: Place) -> Sequence[Ask]:
    """Twice a page from each source, gone on from by OR, merged in the web process."""
    filters, cut = place.case.filters, f"LIMIT {2 * PAGE_ROWS}"
    jobs = _jobs(filters, cut, _or("occurred_at", 1) if place.depth else "")
    movements = _movements(filters, cut, _or("created_at", 0) if place.depth else "")
    lists = (f"{_all(branches)} {ORDER} {cut}" for branches in (jobs, movements) if branches)
    return [Ask(_linked(keys), place.params) for keys in lists]


def _or(time: str, is_job: int) -> str:
    tie = f"{is_job} < %(is_job)s::int OR ({is_job} = %(is_job)s::int AND id < %(id)s)"
    return f"AND ({time} < %(time)s OR ({time} = %(time)s AND ({tie})))"


def _union(filters: TimelineFilters, cut: str = "") -> str:
    return _all([*_jobs(filters, cut), *_movements(filters, cut)])


def _all(branches: Sequence[str]) -> str:
    return f"SELECT * FROM ({' UNION ALL '.join(branches or [_NOTHING])}) AS keys"


def _jobs(filters: TimelineFilters, cut: str = "", after: str = "") -> list[str]:
    """The jobs' places in the order, each kind by its range of the index."""
    status = "AND status = %(status)s" if filters.status else ""
    words = f"AND {HAS_WORDS}" if filters.words else ""
    key, more = "SELECT occurred_at, 1 AS is_job, id FROM generation_jobs", f"{status} {words} {after}"
    return [_branch(key, "occurred_at", kind, filters, more=more, cut=cut) for kind in filters.job_kinds]


def _movements(filters: TimelineFilters, cut: str = "", after: str = "") -> list[str]:
    key = "SELECT created_at AS occurred_at, 0 AS is_job, id FROM credit_transactions"
    return [_branch(key, "created_at", kind, filters, more=after, cut=cut) for kind in filters.credit_kinds]


def _branch(key: str, time: str, kind: int, filters: TimelineFilters, *, more: str, cut: str) -> str:
    character = "AND character_id = %(character_id)s" if filters.character_id else ""
    within = f"AND {time} >= %(since)s::timestamptz AND {time} < %(until)s::timestamptz" if filters.has_bounds else ""
    order = f"ORDER BY {time} DESC, id DESC {cut}" if cut else ""
    return f"({key} WHERE user_id = %(user_id)s AND kind = {int(kind)} {character} {within} {more} {order})"


_NOTHING = "SELECT now() AS occurred_at, 0 AS is_job, NULL::uuid AS id WHERE false"


def _linked(keys: str) -> str:
    """The rows of so many places in the order, and what they are linked to."""
    return f"""
WITH keys AS MATERIALIZED ({keys})
SELECT * FROM (
  SELECT {JOB} FROM keys JOIN generation_jobs job ON keys.is_job = 1 AND job.id = keys.id {JOB_LINKS}
  UNION ALL
  SELECT {CREDIT} FROM keys JOIN credit_transactions movement ON keys.is_job = 0 AND movement.id = keys.id
         {CREDIT_LINKS}) AS linked
{ORDER}"""


OURS = Design("ours", _ours)
LOG = Design("a projected one-table log (the bound)", _log)
OTHERS = (
    Design("two lists by OR, merged in Python", _two_lists, merges=True),
    Design("OFFSET", _with_offset),
    Design("sorting a UNION", _sorting),
)
DESIGNS = (OURS, LOG, *OTHERS)
