"""The suite: makes the data where they are missing, measures, and gives the report."""

from contextlib import AbstractContextManager
from functools import partial

from activity_project.benchmarks.databases import forget_content, own_database
from activity_project.benchmarks.figures import Comparison, Report
from activity_project.benchmarks.log import backfilling, counts, history, pruning
from activity_project.benchmarks.log.costs import Costs
from activity_project.benchmarks.log.counts import Count
from activity_project.benchmarks.log.history import DEFAULT_ROWS, Size

SMALL_ROWS = 100_000
MOST_OPEN = 200_000

__all__ = ["DEFAULT_ROWS", "run"]


def run(*, rows: int, seed: int, fresh: bool, counts_only: bool) -> Report:
    """Measures with so many entries. What pruning takes from the data is made anew the next time."""
    report = Report("log", {"rows": rows, "seed": seed, "small_rows": SMALL_ROWS})
    small, large = (Size(each, min(MOST_OPEN, each // 50), seed) for each in (SMALL_ROWS, rows))
    in_small = _count_in_small(small, fresh=fresh) if rows >= 2 * SMALL_ROWS else []
    with _data(large, "log", fresh=fresh):
        in_full = counts.count(large)
        report.figures += [*counts.figures(in_full, large), counts.badge_of_few()]
        report.comparisons.append(counts.comparison(in_full))
        if in_small:
            report.figures.append(counts.growth(in_small, in_full, (small, large)))
        _measure_writing(report, large, counts_only=counts_only)
    if not counts_only:
        orders = min(backfilling.MOST_ORDERS, max(rows // 10, 1_000))
        with own_database("log_orders", content="orders", fill=partial(backfilling.fill, orders), fresh=True):
            report.figures += backfilling.figures()
    return report


def _measure_writing(report: Report, size: Size, *, counts_only: bool) -> None:
    """From here on the data aren't what they were."""
    forget_content()
    if not counts_only:
        costs = Costs()
        report.comparisons.append(costs.comparison())
        report.figures.append(costs.figure())
        for measured in pruning.beside_writers(size):
            if isinstance(measured, Comparison):
                report.comparisons.append(measured)
            else:
                report.figures.append(measured)
    report.figures += pruning.killed(size)
    report.figures += pruning.space(size)


def _count_in_small(size: Size, *, fresh: bool) -> list[Count]:
    with _data(size, "log_small", fresh=fresh):
        return counts.count(size)


def _data(size: Size, suffix: str, *, fresh: bool) -> AbstractContextManager[None]:
    return own_database(suffix, content=size.content, fill=partial(history.fill, size), fresh=fresh)
