"""Takes over the history of another system."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.common.record_files import Format, UnusableFile, format_of
from apps.generations.importing.reading import ReaderDied
from apps.generations.importing.run import Outcome, import_file
from apps.generations.importing.staging import AnotherImport


class Command(BaseCommand):
    # They load every page of the site, which each of the processes that read would carry along.
    requires_system_checks = ()
    help = (
        "Takes over people, characters, jobs and credit transactions from a file of JSON lines or CSV, as "
        "docs/import.md tells. A line that can't be taken over goes with its number and the reason to "
        "FILE.rejects.csv, and the rest is written. What is there already, by its id, is passed over: safe to "
        "interrupt and to repeat. Exit status 0 if every line was taken over or is there already, else 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--strict", action="store_true", help="write nothing if a single line must be refused")
        parser.add_argument("--format", choices=[format.value for format in Format], help="else the file's name tells")
        parser.add_argument("--rejects", type=Path, metavar="FILE", help="where refused lines are listed")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        rejects: Path = options["rejects"] or path.with_name(f"{path.name}.rejects.csv")
        try:
            format = Format(options["format"]) if options["format"] else format_of(path)
            outcome = import_file(path, format, rejects=rejects, strict=options["strict"], now=timezone.now())
        except (UnusableFile, ReaderDied, OSError) as error:
            raise CommandError(str(error)) from None
        except AnotherImport:
            raise CommandError("Another import is running on this database; wait for its end.") from None
        self._tell(outcome, rejects)

    def _tell(self, outcome: Outcome, rejects: Path) -> None:
        for fault in outcome.faults:
            self.stderr.write(str(fault))
        if outcome.faults:
            raise CommandError("The ledger doesn't add up. Run verify_ledger, and ask what damaged it.")
        refused = f"{outcome.rejects} lines were refused: see {rejects}."
        if outcome.was_refused:
            raise CommandError(f"Nothing was written: {refused}")
        self.stdout.write(
            f"Written: {outcome.people} people, {outcome.characters} characters, {outcome.jobs} jobs, "
            f"{outcome.transactions} transactions. There already: {outcome.already_there}. Their ledgers add up."
        )
        if outcome.rejects:
            raise CommandError(refused)
