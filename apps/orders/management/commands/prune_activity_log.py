"""Removes old entries of the activity log."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.common import clock
from apps.common.progress import track
from apps.orders.retention import BATCH, AnotherPruner, Old, Pruned, count_old, oldest_kept, prune


class Command(BaseCommand):
    help = (
        "Removes entries of the activity log that were recorded long ago, the oldest first, in short batches beside "
        "which everything goes on. Warnings and errors that nobody has resolved are kept, however old. So does the "
        "nightly job. Interrupt it whenever you like: the next run goes on where this one stopped. Exit status 0 "
        "unless it was interrupted, fails, or another run is at it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        days = settings.ACTIVITY_LOG_RETENTION_DAYS
        parser.add_argument("--days", type=int, default=days, help=f"how many days are kept (default {days})")
        parser.add_argument("--batch", type=int, default=BATCH, help=f"entries at a time, at most (default {BATCH})")
        parser.add_argument("--dry-run", action="store_true", help="only say how many it would be")

    def handle(self, *args: Any, **options: Any) -> None:
        days, batch = options["days"], options["batch"]
        if not 1 <= days <= 100_000 or batch < 1:
            raise CommandError("Days and a batch are 1 or more, and days 100,000 at most.")
        before = oldest_kept(clock.now(), days)
        old = count_old(before=before)
        if options["dry_run"]:
            self.stdout.write(f"{old.removable} {_recorded(before)} would be removed. {_kept(old.open)}")
            return
        self._prune(before, batch, old)

    def _prune(self, before: datetime, batch: int, old: Old) -> None:
        done = Pruned()
        try:
            stretches = prune(before=before, batch=batch)
            total = old.removable + old.open
            for each in track(stretches, total=total, label="entries looked at", size=lambda done: done.looked_at):
                done += each
        except KeyboardInterrupt:
            raise CommandError(f"Interrupted. {_summary(done, before)}", returncode=130) from None
        except AnotherPruner:
            raise CommandError("Another run is pruning this log; nothing was done.") from None
        self.stdout.write(_summary(done, before))


def _summary(done: Pruned, before: datetime) -> str:
    acts = f" and {done.acts} records of who resolved them" if done.acts else ""
    return f"{done.entries} {_recorded(before)} removed{acts}. {_kept(done.open)}"


def _recorded(before: datetime) -> str:
    return f"entries recorded before {before:%Y-%m-%d %H:%M} UTC"


def _kept(open_: int) -> str:
    if not open_:
        return "None that old is unresolved."
    return f"{open_} unresolved warnings and errors that old are kept until somebody resolves them."
