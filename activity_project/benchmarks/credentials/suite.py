"""The suite: makes the data where they are missing, measures, and gives the report."""

from contextlib import AbstractContextManager
from functools import partial

from activity_project.benchmarks.credentials import counts, exporting, history
from activity_project.benchmarks.credentials.counts import Count
from activity_project.benchmarks.credentials.history import DEFAULT_ROWS, Size
from activity_project.benchmarks.databases import own_database
from activity_project.benchmarks.figures import Report

# As in the timeline: less, and a page of a table holds many rows of one issuer.
SMALL_ROWS = 100_000

__all__ = ["DEFAULT_ROWS", "run"]


def run(*, rows: int, seed: int, fresh: bool, counts_only: bool) -> Report:
    """Measures with so many events."""
    report = Report("credentials", {"rows": rows, "seed": seed, "small_rows": SMALL_ROWS})
    in_small = _count_in_small(seed, fresh=fresh) if rows >= 2 * SMALL_ROWS else []
    with _data(Size(rows, seed), "credentials", fresh=fresh):
        in_full = counts.count()
        report.figures += counts.figures(in_full)
        if in_small:
            report.figures.append(counts.growth(in_small, in_full, (SMALL_ROWS, rows)))
        report.comparisons.append(counts.comparison(in_full))
        if not counts_only:
            report.figures += exporting.figures()
    return report


def _count_in_small(seed: int, *, fresh: bool) -> list[Count]:
    with _data(Size(SMALL_ROWS, seed), "credentials_small", fresh=fresh):
        return counts.count()


def _data(size: Size, suffix: str, *, fresh: bool) -> AbstractContextManager[None]:
    return own_database(suffix, content=size.content, fill=partial(history.fill, size), fresh=fresh)
