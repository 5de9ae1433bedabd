"""Writers: processes of their own that log one event after the other, and how long each had to wait."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import quantiles
from time import perf_counter, sleep
from typing import Any, Final, NamedTuple

from django.db import connection

from activity_project.benchmarks.log.costs import PLAIN, log_once

WRITERS: Final = 4
PAUSE_S: Final = 0.004
_FORK: Final = multiprocessing.get_context("fork")
_READY_WITHIN_S: Final = 60


class Taken(NamedTuple):
    """When an entry was begun, on the clock of ``perf_counter``, and how long it took."""

    begun: float
    ms: float


class Writers:
    """Processes that log, each at its own pace, until they are told to end."""

    def __init__(self) -> None:
        self._ends = _FORK.Event()
        self._taken: Any = _FORK.SimpleQueue()
        ready = _FORK.Barrier(WRITERS + 1)
        self._processes = [_FORK.Process(target=self._write, args=(ready,), daemon=True) for _ in range(WRITERS)]
        for process in self._processes:
            process.start()
        ready.wait(timeout=_READY_WITHIN_S)

    def end(self) -> list[Taken]:
        """Has them end; what each entry took."""
        self._ends.set()
        taken = [Taken(*entry) for _process in self._processes for entry in self._taken.get()]
        for process in self._processes:
            process.join(timeout=_READY_WITHIN_S)
        return taken

    def kill(self) -> None:
        """Ends those that haven't ended."""
        for process in self._processes:
            process.kill()

    def _write(self, ready: Any) -> None:
        taken = []
        log_once(PLAIN)
        ready.wait(timeout=_READY_WITHIN_S)
        while not self._ends.is_set():
            start = perf_counter()
            log_once(PLAIN)
            taken.append((start, (perf_counter() - start) * 1_000))
            sleep(PAUSE_S)
        connection.close()
        self._taken.put(taken)


@contextmanager
def writing() -> Iterator[Writers]:
    """Has writers at work within the block."""
    connection.close()
    writers = Writers()
    try:
        yield writers
    finally:
        writers.kill()


def p99(times: list[float]) -> float:
    """The time that one in a hundred exceeds."""
    return quantiles(times, n=100)[98]
