"""What an export costs: everything of the longest history, as it streams out of the view.

The one place where the budget is a rate, and so depends on the machine.
"""

from collections.abc import Iterator
from resource import RUSAGE_SELF, getrusage
from time import perf_counter
from typing import NamedTuple

from activity_project.benchmarks.figures import Figure
from activity_project.benchmarks.timeline.browsing import Browser
from activity_project.benchmarks.timeline.history import HEAVY

FILES = {"CSV": "/activity/export.csv", "JSON": "/activity/export.json"}
KB_A_MB = 1_000


class _Run(NamedTuple):
    """One file as it was sent."""

    items: int
    seconds: float
    first_byte_seconds: float
    grown_mb: float

    @property
    def items_a_second(self) -> float:
        return self.items / self.seconds


def figures() -> Iterator[Figure]:
    """Rate, first byte and memory, of whichever format is worse."""
    browser = Browser(HEAVY)
    for address in FILES.values():
        next(browser.stream(address))
    runs = {name: _run(browser, address) for name, address in FILES.items()}
    slowest = min(runs, key=lambda name: runs[name].items_a_second)
    about = f"{slowest}, {runs[slowest].items:,} items"
    yield Figure(name="export, items a second", value=runs[slowest].items_a_second, least=20_000, about=about)
    latest = max(runs, key=lambda name: runs[name].first_byte_seconds)
    yield Figure(name="export, first byte", value=runs[latest].first_byte_seconds, most=1, unit="s", about=latest)
    grown = max(run.grown_mb for run in runs.values())
    yield Figure(name="export, memory it adds", value=grown, most=150, unit="MB")


def _run(browser: Browser, address: str) -> _Run:
    before, start = getrusage(RUSAGE_SELF).ru_maxrss, perf_counter()
    chunks = browser.stream(address)
    lines = next(chunks).count(b"\n")
    first_byte = perf_counter() - start
    lines += sum(chunk.count(b"\n") for chunk in chunks)
    seconds = perf_counter() - start
    # A header or brackets stand around the items; among so many they make no difference.
    return _Run(lines, seconds, first_byte, (getrusage(RUSAGE_SELF).ru_maxrss - before) / KB_A_MB)
