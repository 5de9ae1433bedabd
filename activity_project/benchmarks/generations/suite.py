"""The suite: makes its data anew, measures, and gives the report."""

from activity_project.benchmarks.databases import own_database
from activity_project.benchmarks.figures import Report
from activity_project.benchmarks.generations import accounts, contention, importing, requesting

# What an import reads; the races need no rows.
DEFAULT_ROWS = 100_000


def run(*, rows: int, seed: int, fresh: bool, counts_only: bool) -> Report:
    """Measures, importing so many rows. Raises DifferentRows where designs don't write the same.

    The data are always made anew (``fresh`` is for other suites): whoever has been charged isn't as they were.
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
    return report
