"""Progress of long commands: a bar on a terminal, plain lines otherwise."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

T = TypeVar("T")

_LINES = 10


def one(_thing: object) -> int:
    """What a thing counts that isn't many."""
    return 1


def track(things: Iterable[T], *, total: int, label: str, size: Callable[[T], int] = one) -> Iterator[T]:
    """Passes the things on and shows on standard error how many of ``total`` have gone by.

    Where a thing stands for many, ``size`` says for how many.
    """
    return _bar(things, total, label, size) if sys.stderr.isatty() else _lines(things, total, label, size)


def _bar(things: Iterable[T], total: int, label: str, size: Callable[[T], int]) -> Iterator[T]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(label, total=total)
        for thing in things:
            yield thing
            progress.advance(task, size(thing))


def _lines(things: Iterable[T], total: int, label: str, size: Callable[[T], int]) -> Iterator[T]:
    count, step = 0, max(total // _LINES, 1)
    for thing in things:
        yield thing
        before, count = count, count + size(thing)
        if count // step > before // step or count == total > before:
            sys.stderr.write(f"{label}: {count} of {total}\n")
