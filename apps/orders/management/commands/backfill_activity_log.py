"""Rebuilds the log of orders that have no entries."""

from argparse import ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.common.progress import track
from apps.orders.backfill.run import AnotherBackfill, Backfilled, backfill, batches


class Command(BaseCommand):
    help = (
        "Writes the timelines of orders that have none, such as those that import_orders brought, from what the "
        "orders themselves and the stored webhooks know. Such entries say that they were reconstructed; problems that "
        "were mended, or are older than a month, come as resolved. Orders that have an entry are left alone, and what "
        "is told once more later is no second line: safe to interrupt, to repeat, and while everything runs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=_day_or_time, metavar="DATE", help="only orders opened since, in UTC")
        parser.add_argument("--dry-run", action="store_true", help="only say how much it would be")

    def handle(self, *args: Any, **options: Any) -> None:
        since, write = options["since"], not options["dry_run"]
        done = Backfilled()
        try:
            for each in track(backfill(since=since, write=write), total=batches(since), label="batches of orders"):
                done += each
        except KeyboardInterrupt:
            raise CommandError(f"Interrupted. {_summary(done, write=write)}", returncode=130) from None
        except AnotherBackfill:
            raise CommandError("Another backfill is running on this database; nothing was done.") from None
        self.stdout.write(_summary(done, write=write))


def _summary(done: Backfilled, *, write: bool) -> str:
    outcome = "written" if write else "would be written"
    return f"{done.looked_at} orders, {done.without} of them without a timeline: {done.entries} entries {outcome}."


def _day_or_time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} isn't a day or a time such as 2026-11-21 or 2026-11-21T14:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
