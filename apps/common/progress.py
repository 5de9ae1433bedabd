"""Progress of long commands: a bar on a terminal, plain lines otherwise."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

T = TypeVar("T")

_LINES = 10


def track(things: Iterable[T], *, total: int, label: str) -> Iterator[T]:
    """Passes the things on and shows on standard error how many of ``total`` have gone by."""
    return _bar(things, total, label) if sys.stderr.isatty() else _lines(things, total, label)


def _bar(things: Iterable[T], total: int, label: str) -> Iterator[T]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(things, total=total, description=label)


def _lines(things: Iterable[T], total: int, label: str) -> Iterator[T]:
    step = max(total // _LINES, 1)
    for count, thing in enumerate(things, start=1):
        yield thing
        if count % step == 0 or count == total:
            sys.stderr.write(f"{label}: {count} of {total}\n")
