"""Holds the product to its budgets."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from activity_project.benchmarks.credentials import suite as credentials
from activity_project.benchmarks.generations import suite as generations
from activity_project.benchmarks.log import suite as log
from activity_project.benchmarks.timeline import history
from activity_project.benchmarks.timeline import suite as timeline

SUITES = {
    "timeline": timeline.run,
    "generations": generations.run,
    "log": log.run,
    "credentials": credentials.run,
}
DEFAULT_ROWS = {
    "timeline": history.DEFAULT_ROWS,
    "generations": generations.DEFAULT_ROWS,
    "log": log.DEFAULT_ROWS,
    "credentials": credentials.DEFAULT_ROWS,
}


class Command(BaseCommand):
    help = (
        "Measures what the budgets speak of and prints each figure beside its budget; exit status 1 if one is missed. "
        "Makes its own data in databases of its own (<name>_bench_…) and keeps them for the next time; the product's "
        "data are left alone. Figures are counts, or ratios of things that ran in turns: machines differ."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("suite", choices=SUITES, help="what to measure")
        sizes = ", ".join(f"{rows:,} for {suite}" for suite, rows in DEFAULT_ROWS.items())
        parser.add_argument("--rows", type=int, help=f"how many (default {sizes})")
        parser.add_argument("--seed", type=int, default=1, help="begins the chance that makes the data (default 1)")
        parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to a file")
        parser.add_argument("--fresh", action="store_true", help="make the data anew, also where they are there")
        parser.add_argument("--counts-only", action="store_true", help="measure no times: they depend on the machine")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.DEBUG:
            raise CommandError("DEBUG is on, which isn't what production runs: unset it and set SECRET_KEY.")
        options["rows"] = options["rows"] or DEFAULT_ROWS[options["suite"]]
        if options["rows"] < 1_000:
            raise CommandError("Fewer than 1,000 rows show nothing.")
        named = ("rows", "seed", "fresh", "counts_only")
        report = SUITES[options["suite"]](**{name: options[name] for name in named})
        if options["json"]:
            options["json"].write_text(json.dumps(report.as_json(), indent=2) + "\n")
        self.stdout.write(report.as_text())
        if report.missed:
            raise CommandError(report.summary)
        self.stdout.write(report.summary)
