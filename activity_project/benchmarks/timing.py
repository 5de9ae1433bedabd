"""Times of things that are compared: taken in turns, so that a machine that slows down slows all of them."""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from random import Random
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
            for name in _shuffled(list(things), turn):
                times[name].append(_run_ms(things[name], block))
            gc.collect()
    return {name: median(taken) for name, taken in times.items()}


def _shuffled(names: list[str], turn: int) -> list[str]:
    """An order of each round's own: whoever always came after the same one would find what that one left behind."""
    return Random(turn).sample(names, len(names))  # noqa: S311  # not for secrets


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
