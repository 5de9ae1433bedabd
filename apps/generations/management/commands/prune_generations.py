"""Removes old images' files."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.common import clock
from apps.common.ages import age
from apps.common.progress import track
from apps.generations.pruning import BATCH, Pruned, count_prunable, prune


class Command(BaseCommand):
    help = (
        "Removes the files of generations that ended long ago. The generations themselves, their credits and their "
        "places in the timeline stay, and say that the images are no longer kept. Interrupt it whenever you like: the "
        "next run goes on where this one stopped. Exit status 1 if files couldn't be removed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than", type=age, required=True, metavar="AGE", help="such as 365d or 52w")
        parser.add_argument("--dry-run", action="store_true", help="only say how many it would be")
        parser.add_argument("--batch", type=int, default=BATCH, help=f"jobs read at a time (default {BATCH})")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["batch"] < 1:
            raise CommandError("A batch is 1 or more.")
        before = clock.now() - options["older_than"]
        total = count_prunable(before=before)
        if options["dry_run"]:
            self.stdout.write(f"The files of {total} generations that ended before {before:%Y-%m-%d} would be removed.")
            return
        self._prune(before, batch=options["batch"], total=total)

    def _prune(self, before: datetime, *, batch: int, total: int) -> None:
        done = Pruned()
        try:
            for each in track(prune(before=before, batch=batch), total=total, label="generations pruned"):
                done += each
        except KeyboardInterrupt:
            raise CommandError(f"Interrupted. {_summary(done)}", returncode=130) from None
        if done.refused:
            raise CommandError(_summary(done))
        self.stdout.write(_summary(done))


def _summary(done: Pruned) -> str:
    refused = f" {done.refused} couldn't be removed; the log says why." if done.refused else ""
    return f"{done.files} files of {done.jobs} generations removed.{refused}"
