"""Ends inbox credentials that nobody claimed in time."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.common import clock
from apps.common.progress import track
from apps.credentials.expiry import count_overdue, expire_overdue


class Command(BaseCommand):
    help = (
        "Writes an EXPIRED event for each inbox credential that waits for longer than it may, and closes it. "
        "Each is a transaction of its own: the command can be interrupted, and running it twice expires nothing twice."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        overdue = count_overdue(now)
        expired = sum(track(expire_overdue(now), total=overdue, label="inbox credentials"))
        self.stdout.write(f"{expired} of {overdue} overdue inbox credentials expired.")
