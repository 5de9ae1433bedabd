"""Counts of many processes that add up: each process counts in files of its own, in a folder that all of them share.

A process takes the lowest number that is free, for as long as it lives, and goes on with that number's counts. So the
folder holds as many files as there ever were processes at once, no count is lost with a process, and nothing has to be
tidied up. Processes of several containers may share the folder: a lock says who has a number, not a process's id.
"""

import fcntl
import os
from itertools import count
from pathlib import Path

from prometheus_client import values
from prometheus_client.values import MultiProcessValue

# Where the library's values look for the folder.
_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def begin(folder: Path) -> None:
    """Has this process, and those that it forks, count in files of the folder. Call it before anything is counted."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ[_VARIABLE] = str(folder)
    values.ValueClass = MultiProcessValue(Place(folder).number)  # type: ignore[no-untyped-call]


class Place:
    """A process's number in a folder; a forked process takes one of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = self._number = 0
        self._held: int | None = None

    def number(self) -> int:
        """This process's number, from 1."""
        if self._process != os.getpid():
            self._leave_to_parent()
            self._number, self._held = self._take()
            self._process = os.getpid()
        return self._number

    def _leave_to_parent(self) -> None:
        """What was inherited by a fork would keep the parent's number taken once that has ended."""
        if self._held is not None:
            os.close(self._held)

    def _take(self) -> tuple[int, int]:
        for number in count(1):
            file = os.open(self._folder / f"{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
            else:
                return number, file
        raise AssertionError("There is always another number.")
