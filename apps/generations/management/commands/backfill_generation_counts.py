"""Recomputes everyone's counts of images from their jobs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.accounts.models import User
from apps.common.progress import track
from apps.generations.counts import BATCH, everyone, recount


class Command(BaseCommand):
    help = (
        "Recomputes how many images each person has generated, in all and in the period that runs, from their "
        "completed jobs; prints each person whose counts differed, with both figures, and sets them right. Safe while "
        "jobs run, to interrupt and to repeat: each batch of people is a transaction of its own. Exit status 0 unless "
        "it fails."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only print what differs; change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        people, differing = User.objects.count(), 0
        for batch in track(everyone(), total=-(-people // BATCH), label="batches of people"):
            for difference in recount(batch, write=not options["dry_run"]):
                self.stdout.write(str(difference))
                differing += 1
        self.stdout.write(_summary(people, differing, dry_run=options["dry_run"]))


def _summary(people: int, differing: int, *, dry_run: bool) -> str:
    if not differing:
        return f"{people} people: all counts are what the jobs add up to."
    outcome = "Nothing was changed." if dry_run else "They are set right."
    return f"{people} people: the counts of {differing} differed. {outcome}"
