"""What pages cost in time: ratios of things that ran in turns within this process."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from django.db import connection

from activity_project.benchmarks.figures import Comparison, Figure
from activity_project.benchmarks.timeline.browsing import BY_HAND, HELLO, ORDINARY, PAGE, Browser
from activity_project.benchmarks.timeline.cases import ALL_OF_HEAVY
from activity_project.benchmarks.timeline.designs import DESIGNS, LOG, OTHERS, OURS, Design, Place, places
from activity_project.benchmarks.timeline.history import HEAVY, MEDIAN
from activity_project.benchmarks.timing import medians_ms

STATEMENT_ROUNDS = 200
OTHERS_ROUNDS = 10
PAGE_ROUNDS = 40
RUNS_A_BLOCK = 5


class Statements:
    """The page's statement by every design, first page and deep.

    Ours and the log take turns among themselves, in a connection of their own: a server process that has sorted a
    history is slower afterwards.
    """

    def __init__(self) -> None:
        connection.close()
        found = {place.name: place for place in places(ALL_OF_HEAVY)}
        self._places = [found["first"], found["deep"]]
        self._ms = self._medians((OURS, LOG), STATEMENT_ROUNDS) | self._medians(OTHERS, OTHERS_ROUNDS)

    def comparison(self) -> Comparison:
        """Milliseconds, for the reader's colour."""
        rows: list[list[str | float]] = [
            [design.name, *(self._ms[_name(design, place)] for place in self._places)] for design in DESIGNS
        ]
        columns = ("", *(f"{place.name} ({place.depth:,})" for place in self._places))
        return Comparison("Milliseconds of a page's statements", columns, rows)

    def figures(self) -> Iterator[Figure]:
        """Deep against first, ours against the log."""
        first, deep = (self._ms[_name(OURS, place)] for place in self._places)
        yield Figure(name="time deep / first page", value=deep / first, most=1.3)
        bound = self._ms[_name(LOG, self._places[0])]
        yield Figure(name="page statement / the same rows of a one-table log", value=first / bound, most=2.5)

    def _medians(self, designs: Sequence[Design], rounds: int) -> dict[str, float]:
        runs = {_name(design, place): _run(design, place) for design in designs for place in self._places}
        block = RUNS_A_BLOCK if rounds == STATEMENT_ROUNDS else 1
        return medians_ms(runs, rounds=rounds, block=block, label="statements")


class Pages:
    """Whole pages and fragments, of the person with the longest history and of one with a median."""

    def __init__(self) -> None:
        heavy, median = Browser(HEAVY), Browser(MEDIAN)
        runs: Mapping[str, Callable[[], Any]] = {
            "hello": partial(heavy.open, HELLO),
            "page, heavy": partial(heavy.open, PAGE),
            "page, median": partial(median.open, PAGE),
            "load more": partial(heavy.more, heavy.next_address()),
            "by hand": partial(heavy.open, BY_HAND),
            "the ordinary way, median": partial(median.open, ORDINARY),
        }
        self._ms = medians_ms(runs, rounds=PAGE_ROUNDS, block=RUNS_A_BLOCK, label="pages")

    def comparison(self) -> Comparison:
        """Each page's time, and how many times that of "hello" it is."""
        rows = [(name, ms, ms / self._ms["hello"]) for name, ms in self._ms.items()]
        return Comparison("Milliseconds of whole pages", ("", "ms", "/ hello"), rows)

    def figures(self) -> Iterator[Figure]:
        """Ours against an empty view and against the ordinary way."""
        hello, ordinary = self._ms["hello"], self._ms["the ordinary way, median"]
        slower = max("page, heavy", "page, median", key=lambda name: self._ms[name])
        yield Figure(name="whole page / empty view", value=self._ms[slower] / hello, most=4.5, about=slower)
        yield Figure(name="the ordinary way / our page", value=ordinary / self._ms["page, median"], least=4)
        yield Figure(name="load more / empty view", value=self._ms["load more"] / hello, most=4)


def _name(design: Design, place: Place) -> str:
    return f"{design.name}, {place.name}"


def _run(design: Design, place: Place) -> Callable[[], Any]:
    return partial(design.rows, design.asks(place))
