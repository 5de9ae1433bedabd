"""What pages cost the database, in buffers and rows: counts, which are the same on every machine."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from activity_project.benchmarks.figures import Comparison, Figure
from activity_project.benchmarks.timeline.cases import ALL_OF_HEAVY, Case, cases
from activity_project.benchmarks.timeline.designs import DESIGNS, OURS, Place, places
from activity_project.benchmarks.timeline.projection import PAGE_ROWS
from apps.common.progress import track

_INDEXES = frozenset({"job_timeline", "job_timeline_of_character", "credit_timeline", "credit_timeline_of_character"})


class DifferentRows(Exception):
    """A design's page holds other rows than ours: nothing that was measured can be compared."""


@dataclass(frozen=True, slots=True)
class Count:
    """What one page cost."""

    place: Place
    rows: int
    buffers: int
    rows_read: int

    @property
    def case(self) -> Case:
        return self.place.case

    @property
    def rows_over(self) -> int:
        """How many rows the branches read beyond a page's and one each."""
        return self.rows_read - PAGE_ROWS - self.case.branches

    def __str__(self) -> str:
        return f"{self.case}, {self.place.name}"


def count() -> list[Count]:
    """The cost of each case's pages. Raises DifferentRows unless all designs read the same."""
    measured = list(cases())
    return [_count(place) for case in track(measured, total=len(measured), label="counts") for place in places(case)]


def compare() -> Comparison:
    """Buffers of the designs for the longest history, by depth."""
    found = list(places(ALL_OF_HEAVY))
    rows: list[list[str | float]] = [[design.name, *(design.buffers(place) for place in found)] for design in DESIGNS]
    return Comparison("Shared buffers of a page", ("", *(f"{place.name} ({place.depth:,})" for place in found)), rows)


def figures(counts: Iterable[Count]) -> Iterator[Figure]:
    """The figures of the budgets that counts can tell."""
    counts = list(counts)
    full = [count for count in counts if not count.case.is_empty]
    selective = [count for count in full if count.case.is_selective]
    others = [count for count in full if not count.case.filters.words]
    yield _most("shared buffers of a page with links", others, lambda count: count.buffers, 300)
    yield _most("shared buffers of a page by selective filters", selective, lambda count: count.buffers, 400)
    empty = [count for count in counts if count.case.is_empty and count.case.branches]
    yield _most(
        "shared buffers of an empty page, by branch", empty, lambda count: count.buffers / count.case.branches, 6
    )
    yield _most("rows read beyond 51 + branches", counts, lambda count: count.rows_over, 0)
    yield _deep(counts)


def growth(small: Iterable[Count], large: Iterable[Count], rows: tuple[int, int]) -> Figure:
    """How much more the same pages cost in the larger tables: the longest history's whole list, and the median's."""
    before, after = (
        {str(count): count.buffers for count in counts if count.case.what == "everything" and not count.case.is_empty}
        for counts in (small, large)
    )
    ratios = {name: after[name] / before[name] for name in before.keys() & after.keys()}
    worst = max(ratios, key=lambda name: ratios[name])
    about = f"{worst}; {rows[0]:,} rows and {rows[1]:,}"
    return Figure(name="buffers in large tables / in small ones", value=ratios[worst], most=1.3, about=about)


def _count(place: Place) -> Count:
    ours = OURS.rows(OURS.asks(place))
    for design in DESIGNS:
        if not _agree(ours, design.rows(design.asks(place)), place.case):
            raise DifferentRows(f"{design.name!r} reads other rows than ours for {place.case}, {place.name}.")
    plan = OURS.asks(place)[0].plan()
    return Count(place, len(ours), plan.buffers, plan.rows_read(_INDEXES))


def _agree(ours: Sequence[Any], theirs: Sequence[Any], case: Case) -> bool:
    """Whether both read the same; our page of a search ends where its share of the words does, theirs may go on."""
    return ours == (theirs[: len(ours)] if case.filters.words else theirs)


def _deep(counts: Iterable[Count]) -> Figure:
    by_name = {count.place.name: count.buffers for count in counts if count.case == ALL_OF_HEAVY}
    first = by_name.pop("first")
    ratio = mean(by_name.values()) / first
    return Figure(name="buffers deep / first page", value=ratio, most=1.3, about=str(ALL_OF_HEAVY))


def _most(name: str, counts: Iterable[Count], cost: Callable[[Count], float], most: float) -> Figure:
    worst = max(counts, key=cost)
    return Figure(name=name, value=cost(worst), most=most, about=str(worst))
