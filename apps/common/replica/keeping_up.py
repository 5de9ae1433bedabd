"""What a process knows of its replica: whether it keeps up with the primary, and whether it is worth asking."""

import time
from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Final

from django.conf import settings

# The primary is asked for its position so often at most, whatever a process reads.
NOTED_EVERY_S: Final = 1.0
# A replica that was away is tried again after so long.
TRIED_AGAIN_AFTER_S: Final = 5.0


class Watch:
    """Positions of the primary's log, with when they were noted, until the replica has replayed them.

    How far a replica is behind can't be told from its own clock: one that is cut off thinks that it has it all. One
    that has replayed what the primary had written at some moment is no further behind than that.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._noted: deque[tuple[float, int]] = deque(maxlen=120)
        self._noted_at = self._proven_at = self._away_until = float("-inf")

    def may_ask(self) -> bool:
        """Whether it isn't away, or has been for so long that somebody should try."""
        with self._lock:
            return time.monotonic() >= self._away_until

    def is_away(self) -> None:
        """It didn't answer. The others don't try for a while, because that may take seconds."""
        with self._lock:
            self._away_until = time.monotonic() + TRIED_AGAIN_AFTER_S

    def note(self, position: Callable[[], int]) -> None:
        """Notes where the primary's log is, unless that has just been done."""
        now = time.monotonic()
        with self._lock:
            if now - self._noted_at < NOTED_EVERY_S:
                return
            self._noted_at = now
        noted = position()
        with self._lock:
            self._noted.append((now, noted))

    def keeps_up(self, replayed: int) -> bool:
        """Whether a replica that has replayed so much has what the primary had not long ago."""
        behind = self.behind_s(replayed)
        return behind is not None and behind <= settings.DATABASE_REPLICA_LAG_SECONDS

    def has_all_that_was_noted(self, replayed: int) -> bool:
        """Whether it has what the primary had when that was last noted."""
        self.behind_s(replayed)
        with self._lock:
            return not self._noted

    def behind_s(self, replayed: int) -> float | None:
        """How long ago the primary had no more than what has been replayed, at most; null where that isn't known."""
        with self._lock:
            while self._noted and self._noted[0][1] <= replayed:
                self._proven_at = self._noted.popleft()[0]
            behind = time.monotonic() - self._proven_at
        return None if behind == float("inf") else behind
