"""Locks on files, kept by the kernel: they go with their holder, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


class Lock:
    """A file that many may hold shared, or one alone. Not inherited by programs started meanwhile."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take_alone(self, holder: str = "") -> bool:
        """Try to hold it alone, leaving word of who does; False when somebody else holds it."""
        if not self._try(fcntl.LOCK_EX):
            return False
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, holder.encode(), 0)
        return True

    def take_shared(self) -> bool:
        """Try to hold it beside others; False when somebody holds it alone."""
        return self._try(fcntl.LOCK_SH)

    def wait_alone(self) -> None:
        """Wait until nobody else holds it."""
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def holder(self) -> str:
        """Who said to hold it alone, last."""
        return os.pread(self._file, 200, 0).decode(errors="replace")

    def release(self) -> None:
        """Let others have it; the lock can be taken again."""
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let others have it, for good."""
        os.close(self._file)

    def _try(self, kind: int) -> bool:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(self._file, kind | fcntl.LOCK_NB)
            return True
        return False


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Lock]:
    """The lock at `path`, not yet taken, closed at the end."""
    lock = Lock(path)
    try:
        yield lock
    finally:
        lock.close()
