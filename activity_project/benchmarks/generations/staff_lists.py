"""What the staff's list of generations and its figures cost, however many generations there are."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from uuid import UUID

from activity_project.benchmarks.figures import Comparison, Figure
from activity_project.benchmarks.generations.staff_history import END, HEAVY, YEAR
from activity_project.benchmarks.plans import Plan, explain_all
from activity_project.benchmarks.timing import medians_ms
from apps.generations.staff.filters import JobFilters, Period, State
from apps.generations.staff.jobs import MOST_SCANNED, JobPage, job_page
from apps.generations.staff.scan import Position
from apps.generations.staff.statistics import MOST_COUNTED, Statistics, statistics

LISTS: Mapping[str, JobFilters] = {
    "thirty days": JobFilters(),
    "all time": JobFilters(period=Period.ALL_TIME),
    "completed": JobFilters(period=Period.ALL_TIME, state=State.COMPLETED),
    "failed": JobFilters(period=Period.ALL_TIME, state=State.FAILED),
    "one person": JobFilters(period=Period.ALL_TIME, user_id=HEAVY),
    "a word of every prompt": JobFilters(period=Period.ALL_TIME, words=("beach",)),
}
VAIN = JobFilters(period=Period.ALL_TIME, words=("lighthouse",))
ROUNDS = 7
# Of these up to four for each of the fifty jobs, which are loaded by their ids.
MOST_BUFFERS = 450
_INDEXES = frozenset({"job_newest", "job_gallery", "job_newest_not_completed"})
_HALF_WAY = Position(END - YEAR / 2, UUID(int=2**128 - 1))


def figures() -> Iterator[Figure]:
    """Counts: the list's pages at both depths, a search in vain, and what the cards and charts are counted from."""
    all_time = [name for name, filters in LISTS.items() if filters.period == Period.ALL_TIME]
    first = {name: _buffers(explain_all(partial(_page, LISTS[name]))) for name in LISTS}
    deep = {name: _buffers(explain_all(partial(_page, LISTS[name], _HALF_WAY))) for name in all_time}
    costliest = max(first, key=lambda name: first[name])
    yield Figure(name="staff list, shared buffers", value=first[costliest], most=MOST_BUFFERS, about=costliest)
    steepest = max(deep, key=lambda name: deep[name] / first[name])
    ratio = deep[steepest] / first[steepest]
    yield Figure(name="staff list, buffers half-way down / first page", value=ratio, most=1.3, about=steepest)
    yield Figure(
        name="staff search in vain, rows read", value=_rows(explain_all(partial(_page, VAIN))), most=MOST_SCANNED
    )
    yield from _counted()


def comparison() -> Comparison:
    """Milliseconds of the list's first page and of its figures."""
    runs: dict[str, Callable[[], object]] = {
        f"list, {name}": partial(_page, filters) for name, filters in {**LISTS, "in vain": VAIN}.items()
    }
    runs |= {f"cards and charts, {name}": partial(_figures, filters) for name, filters in LISTS.items()}
    times = medians_ms(runs, rounds=ROUNDS, label="staff lists")
    return Comparison("The staff's generations", ("", "ms"), list(times.items()))


def _counted() -> Iterator[Figure]:
    plans = {name: explain_all(partial(_figures, filters)) for name, filters in LISTS.items()}
    costliest = max(plans, key=lambda name: _rows(plans[name]))
    rows, buffers = _rows(plans[costliest]), max(map(_buffers, plans.values()))
    about = f"{costliest}; {buffers:,} shared buffers at most"
    yield Figure(name="staff cards and charts, rows read", value=rows, most=MOST_COUNTED, about=about)


def _page(filters: JobFilters, after: Position | None = None) -> JobPage:
    return job_page(filters, END, after)


def _figures(filters: JobFilters) -> Statistics:
    return statistics(filters, END)


def _buffers(plans: list[Plan]) -> int:
    return sum(plan.buffers for plan in plans)


def _rows(plans: list[Plan]) -> int:
    return max(plan.rows_read(_INDEXES) for plan in plans)
