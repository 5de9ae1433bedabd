"""How much memory a process takes together with those it has started."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

_KB_A_MB = 1_000
_MACOS_BYTES = 1_000 if sys.platform == "darwin" else 1  # ru_maxrss is in bytes there, in KiB elsewhere


def present_mb(process: int) -> float:
    """All that the process has in memory now, and what its children have beside that; 0 where /proc doesn't tell.

    A page that a child shares with others counts by its share of it, so the sum is rather too much than too little.
    """
    return sum(_each_kb(process)) / _KB_A_MB


def most_mb() -> float:
    """The most that the largest of this process's ended children and of theirs ever had."""
    return getrusage(RUSAGE_CHILDREN).ru_maxrss / _KB_A_MB / _MACOS_BYTES


def _each_kb(process: int) -> Iterator[int]:
    with suppress(FileNotFoundError, ProcessLookupError):
        yield _kb(process, "Rss:")
        children = [task.joinpath("children").read_text() for task in Path(f"/proc/{process}/task").iterdir()]
        for child in " ".join(children).split():
            yield _kb(int(child), "Pss:")


def _kb(process: int, name: str) -> int:
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    return next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith(name)), 0)
