"""Takes over the orders of another shop."""

from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.common.record_files import Format, UnusableFile, format_of
from apps.orders.importing.rows import Judge
from apps.orders.importing.run import Outcome, import_file
from apps.orders.importing.staging import AnotherImport

MOST_SHOP_CHARACTERS = 30


class Command(BaseCommand):
    help = (
        "Takes over another shop's orders from a file of JSON lines or CSV, as docs/import-orders.md tells. A line "
        "that can't be taken over goes with its number and the reason to FILE.rejects.csv, and the rest is written. "
        "An order that is here already, by shop and id, is passed over: safe to interrupt and to repeat. Their "
        "timelines are written by backfill_activity_log. Exit status 0 if every line was taken over or is here "
        "already, else 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--shop", type=_shop, default="another shop", help="what the other shop is called")
        parser.add_argument("--currency", default=settings.SHOP_CURRENCY, help="of lines that name none")
        parser.add_argument("--time-zone", type=_zone, default="UTC", help="of times that name none (default UTC)")
        parser.add_argument("--strict", action="store_true", help="write nothing if a single line must be refused")
        parser.add_argument("--format", choices=[format.value for format in Format], help="else the file's name tells")
        parser.add_argument("--rejects", type=Path, metavar="FILE", help="where refused lines are listed")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        rejects: Path = options["rejects"] or path.with_name(f"{path.name}.rejects.csv")
        judge = Judge(
            shop=options["shop"], currency=options["currency"].upper(), zone=options["time_zone"], now=timezone.now()
        )
        try:
            format = Format(options["format"]) if options["format"] else format_of(path)
            outcome = import_file(path, format, judge, rejects=rejects, strict=options["strict"])
        except (UnusableFile, OSError) as error:
            raise CommandError(str(error)) from None
        except AnotherImport:
            raise CommandError("Another import of orders is running on this database; wait for its end.") from None
        self._tell(outcome, rejects)

    def _tell(self, outcome: Outcome, rejects: Path) -> None:
        refused = f"{outcome.rejects} lines were refused: see {rejects}."
        if outcome.was_refused:
            raise CommandError(f"Nothing was written: {refused}")
        self.stdout.write(f"Written: {outcome.written} orders. There already: {outcome.already_there}.")
        if outcome.written:
            self.stdout.write("Run backfill_activity_log to give them their timelines.")
        if outcome.rejects:
            raise CommandError(refused)


def _shop(name: str) -> str:
    if not name.strip() or ":" in name or len(name) > MOST_SHOP_CHARACTERS or not name.isprintable():
        raise ArgumentTypeError(f"a shop's name has 1 to {MOST_SHOP_CHARACTERS} characters, and no colon")
    return name.strip()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, LookupError, OSError):
        raise ArgumentTypeError(f"{name!r} isn't in the IANA time zone database") from None
