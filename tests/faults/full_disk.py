"""A file system of a test's own that is full until it is told otherwise."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SIZE = "1m"
MISSING = (
    "nothing can be mounted here, which takes root; jobs and log entries on a full disk are shown by a limit on files'"
    " sizes in tests/generations/test_storage_trouble.py and tests/orders/test_log_failures.py"
)


class CannotMount(Exception):
    """This account, or this machine, doesn't let a test mount anything."""


class FullDisk:
    """Mounted at ``folder``; nothing more can be written to it until it is emptied."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filling = folder / "filling"
        self.fill()

    def fill(self) -> None:
        with suppress(OSError), self._filling.open("ab", buffering=0) as file:
            while True:
                file.write(b"\0" * os.sysconf("SC_PAGE_SIZE"))

    def make_room(self) -> None:
        """As an operator would."""
        self._filling.unlink(missing_ok=True)


@contextmanager
def full_disk(folder: Path) -> Iterator[FullDisk]:
    """Raises CannotMount."""
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mounting, capture_output=True)
    except FileNotFoundError as error:
        raise CannotMount from error
    if done.returncode:
        raise CannotMount(done.stderr.decode())
    try:
        yield FullDisk(folder)
    finally:
        unmounting = ["umount", "-l", str(folder)]
        subprocess.run(unmounting, check=True)
