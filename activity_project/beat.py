"""Celery's clock, made steady: what it does when the machine's own clock is set."""

from datetime import timedelta
from typing import Any

import structlog
from celery.beat import PersistentScheduler

log = structlog.get_logger(__name__)


class SteadyScheduler(PersistentScheduler):  # type: ignore[misc]  # Celery has no types
    """Goes on where the clock is set back.

    Celery's own would send nothing until the clock has come again to where it was, because what was sent seems to lie
    in the future: an hour set back was an hour without any task. Set ahead, everything that became due is sent once.
    """

    def tick(self, *args: Any, **kwargs: Any) -> float:
        self._follow_the_clock_back()
        wait_s: float = super().tick(*args, **kwargs)
        return wait_s

    def _follow_the_clock_back(self) -> None:
        """What was sent last was sent now, and all else as long before it as it was."""
        entries = list(self.schedule.values())
        ahead = max((entry.last_run_at for entry in entries), default=self.app.now()) - self.app.now()
        if ahead <= timedelta():
            return
        log.warning("clock set back", by_s=ahead.total_seconds())
        for entry in entries:
            entry.last_run_at -= ahead
        self._heap = None
