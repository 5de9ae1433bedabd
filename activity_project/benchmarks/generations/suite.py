"""The suite: makes its data anew, measures, and gives the report."""

from contextlib import AbstractContextManager
from functools import partial

from activity_project.benchmarks.databases import own_database
from activity_project.benchmarks.figures import Report
from activity_project.benchmarks.generations import (
    accounts,
    contention,
    importing,
    requesting,
    staff_history,
    staff_lists,
)

# What an import reads, and the jobs of the staff's list; the races need no rows.
DEFAULT_ROWS = 100_000


def run(*, rows: int, seed: int, fresh: bool, counts_only: bool) -> Report:
    """Measures, importing so many rows and listing so many jobs. Raises DifferentRows where designs write others.

    But for that list the data are always made anew: whoever has been charged isn't as they were.
    """
    report = Report("generations", {"rows": rows, "seed": seed, "fresh": fresh, "clients": accounts.CLIENTS})
    with own_database("generations", content="clients", fill=accounts.fill, fresh=True):
        contention.check_designs()
        report.figures += requesting.figures()
        report.figures += contention.exactness()
        if not counts_only:
            rates = contention.Rates()
            report.comparisons.append(rates.comparison())
            report.figures += rates.figures()
            report.figures += importing.figures(rows=rows, seed=seed)
    with _jobs_of_all(rows, fresh=fresh):
        report.figures += staff_lists.figures()
        if not counts_only:
            report.comparisons.append(staff_lists.comparison())
    return report


def _jobs_of_all(jobs: int, *, fresh: bool) -> AbstractContextManager[None]:
    content, fill = repr(list(staff_history.steps(jobs))), partial(staff_history.fill, jobs)
    return own_database("generations_staff", content=content, fill=fill, fresh=fresh)
