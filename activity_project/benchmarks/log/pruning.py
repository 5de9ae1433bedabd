"""Pruning beside writers: how long they wait, what becomes of the space, and what a killed run leaves."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import ceil
from threading import Event, Thread
from time import perf_counter, sleep
from typing import Any, Final, NamedTuple

from django.db import connection

from activity_project.benchmarks.figures import Comparison, Figure
from activity_project.benchmarks.log.history import BEGIN, DAYS, Size, add_day
from activity_project.benchmarks.log.writers import WRITERS, p99, writing
from apps.common.progress import track
from apps.orders.retention import PAUSE_S, count_old, prune

ALONE_S: Final = 8.0
LOOK_EVERY_S: Final = 0.02
DAYS_OF_LIFE: Final = 10
# A run over fewer entries is over before a writer notices.
LEAST_PRUNED: Final = 100_000
KILLED_AFTER_BATCHES: Final = 3
_SMALL_BATCH: Final = 200
_FORK: Final = multiprocessing.get_context("fork")


class Beside(NamedTuple):
    """A run beside writers: what their entries took without it and during it, and its own batches."""

    alone: list[float]
    during: list[float]
    batches_ms: list[float]
    entries: int
    waits: int


def days_to_prune(size: Size) -> int:
    """How many of the ninety days a measured run removes: one, or as many as make it long enough to be noticed."""
    return min(ceil(LEAST_PRUNED / (size.orders_a_day * 10)), DAYS // 3)


def beside_writers(size: Size) -> Iterator[Figure | Comparison]:
    """What a run that removes the oldest days means for those who write."""
    before = BEGIN + timedelta(days=days_to_prune(size))
    run = _beside(before)
    about = f"{run.entries:,} entries, {len(run.batches_ms)} batches, {WRITERS} writers"
    yield Comparison(
        "Writing an entry, ms",
        ("", "entries", "median", "p99", "longest"),
        [
            [name, len(times), sorted(times)[len(times) // 2], p99(times), max(times)]
            for name, times in (("without a prune", run.alone), ("during it", run.during))
        ],
    )
    ratio = p99(run.during) / p99(run.alone)
    yield Figure(name="p99 of an entry while pruning / without", value=ratio, most=10, about=about)
    longest = sorted(run.batches_ms)
    median = f"median {longest[len(longest) // 2]:.0f} ms"
    yield Figure(name="longest batch of a prune", value=longest[-1], most=60, unit="ms", about=median)
    yield Figure(name="writers seen waiting for a lock of the pruner", value=run.waits, most=0)


def _beside(before: datetime) -> Beside:
    with writing() as writers, _watched() as watched:
        sleep(ALONE_S / 2)
        begun, batches = perf_counter(), list(_timed(before))
        ended = perf_counter()
        sleep(ALONE_S / 2)
        taken = writers.end()
    during = [each.ms for each in taken if begun <= each.begun <= ended]
    alone = [each.ms for each in taken if not begun <= each.begun <= ended]
    removed = sum(entries for entries, _ms in batches)
    return Beside(alone, during, [ms for _entries, ms in batches], removed, len(watched))


def _timed(before: datetime) -> Iterator[tuple[int, float]]:
    """Each batch's entries, and its own time without the pause before it."""
    start, pause_ms = perf_counter(), 0.0
    for done in prune(before=before):
        yield done.entries, (perf_counter() - start) * 1_000 - pause_ms
        start, pause_ms = perf_counter(), PAUSE_S * 1_000


@contextmanager
def _watched() -> Iterator[list[int]]:
    """Looks again and again for processes that wait for a lock of this connection's; collects those it sees."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pruner,) = cursor.fetchone()
    seen: list[int] = []
    ends = Event()
    watcher = Thread(target=_watch, args=(pruner, seen, ends))
    watcher.start()
    try:
        yield seen
    finally:
        ends.set()
        watcher.join()


def _watch(pruner: int, seen: list[int], ends: Event) -> None:
    waiting = "SELECT pid FROM pg_locks WHERE NOT granted AND %s = ANY (pg_blocking_pids(pid))"
    with connection.cursor() as cursor:
        while not ends.wait(LOOK_EVERY_S):
            cursor.execute(waiting, [pruner])
            seen += [pid for (pid,) in cursor.fetchall()]
    connection.close()


def killed(size: Size) -> Iterator[Figure]:
    """A run that is killed, and the next: together they remove what one would have, and nothing else."""
    before = BEGIN + timedelta(days=days_to_prune(size) + 1)
    removable, entries = count_old(before=before).removable, _entries()
    _kill_one(before)
    left = count_old(before=before).removable
    for _batch in prune(before=before, pause_s=0):
        pass
    about = f"of {removable:,}, {removable - left:,} by the one that was killed"
    wrong = abs(entries - _entries() - removable) + count_old(before=before).removable
    yield Figure(name="entries a killed run and the next leave, or lose", value=wrong, most=0, about=about)


def _kill_one(before: datetime) -> None:
    """A process that prunes in small batches, killed when it has done some."""
    connection.close()
    batches: Any = _FORK.SimpleQueue()
    runner = _FORK.Process(target=_prune_and_tell, args=(before, batches), daemon=True)
    runner.start()
    removing = 0
    while removing < KILLED_AFTER_BATCHES:
        removing += batches.get() > 0
    runner.kill()
    runner.join()


def _prune_and_tell(before: datetime, batches: Any) -> None:
    for done in prune(before=before, batch=_SMALL_BATCH, pause_s=0.01):
        batches.put(done.entries)


def space(size: Size) -> Iterator[Figure]:
    """Ten days of a log's life: the oldest goes, a new one comes, and the server takes dead rows' space back.

    Autovacuum does that after every night, by the table's own settings; here it is told to, because it looks about
    once a minute.
    """
    before, first = _bytes_a_row(), days_to_prune(size) + 1
    for day in track(range(DAYS_OF_LIFE), total=DAYS_OF_LIFE, label="days of a log's life"):
        for _batch in prune(before=BEGIN + timedelta(days=first + day + 1), pause_s=0):
            pass
        add_day(size, DAYS + day)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM activity_log")
    about = f"{_bytes_a_row():.0f} bytes a row, {before:.0f} when it was new"
    yield Figure(name="table / its live rows, after 10 days", value=_bytes_a_row() / before, most=1.5, about=about)


def _bytes_a_row() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_table_size('activity_log')::float8")
        (size,) = cursor.fetchone()
    return float(size) / _entries()


def _entries() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM activity_log")
        return int(cursor.fetchone()[0])
