"""The suite: makes the data where they are missing, measures, and gives the report."""

from collections.abc import Iterator
from contextlib import contextmanager

from activity_project.benchmarks.databases import own_database
from activity_project.benchmarks.figures import Report
from activity_project.benchmarks.timeline import counts, exporting, history, projection, weights
from activity_project.benchmarks.timeline.browsing import site
from activity_project.benchmarks.timeline.counts import Count
from activity_project.benchmarks.timeline.history import Size
from activity_project.benchmarks.timeline.times import Pages, Statements

# What the tables' size is compared with; where they hold hardly more, nothing can be said of growth.
SMALL_ROWS = 100_000


def run(*, rows: int, seed: int, fresh: bool, counts_only: bool) -> Report:
    """Measures with so many rows. Raises DifferentRows where designs don't read the same."""
    report = Report("timeline", {"rows": rows, "seed": seed, "small_rows": SMALL_ROWS})
    in_small = _count_in_small(seed, fresh=fresh) if rows >= 2 * SMALL_ROWS else []
    with _data(Size(rows, seed), "timeline", fresh=fresh), site():
        in_full = counts.count()
        report.figures += counts.figures(in_full)
        if in_small:
            report.figures.append(counts.growth(in_small, in_full, (SMALL_ROWS, rows)))
        report.figures += weights.figures()
        report.comparisons.append(counts.compare())
        if not counts_only:
            _measure_times(report)
    return report


def _count_in_small(seed: int, *, fresh: bool) -> list[Count]:
    with _data(Size(SMALL_ROWS, seed), "timeline_small", fresh=fresh):
        return counts.count()


def _measure_times(report: Report) -> None:
    for measured in (Statements(), Pages()):
        report.comparisons.append(measured.comparison())
        report.figures += measured.figures()
    report.figures += exporting.figures()


@contextmanager
def _data(size: Size, suffix: str, *, fresh: bool) -> Iterator[None]:
    def fill() -> None:
        history.fill(size)
        projection.make()

    with own_database(suffix, content=size.content + projection.TABLE, fill=fill, fresh=fresh):
        yield
