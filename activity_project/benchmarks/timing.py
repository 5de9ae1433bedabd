"""Times of things that are compared: taken in turns, so that a machine that slows down slows all of them."""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from statistics import median
from time import perf_counter_ns
from typing import Any

from apps.common.progress import track

WARM_UP_RUNS = 3


def medians_ms(things: Mapping[str, Callable[[], Any]], *, rounds: int, label: str, block: int = 1) -> dict[str, float]:
    """The median time of each in milliseconds, over so many rounds of ``block`` runs."""
    for thing in things.values():
        for _ in range(WARM_UP_RUNS):
            thing()
    times: dict[str, list[float]] = {name: [] for name in things}
    with _without_collector():
        for turn in track(range(rounds), total=rounds, label=label):
            for name in _in_turn(list(things), turn):
                times[name].append(_run_ms(things[name], block))
            gc.collect()
    return {name: median(taken) for name, taken in times.items()}


def _in_turn(names: list[str], turn: int) -> list[str]:
    """Each round begins with another: whoever comes after the collector or after a slow one finds cold caches."""
    first = turn % len(names)
    return names[first:] + names[:first]


def _run_ms(thing: Callable[[], Any], block: int) -> float:
    start = perf_counter_ns()
    for _ in range(block):
        thing()
    return (perf_counter_ns() - start) / block / 1_000_000


@contextmanager
def _without_collector() -> Iterator[None]:
    """Garbage is collected between the rounds, so that nobody pays for another's."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
