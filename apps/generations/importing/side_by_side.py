"""Two connections that work side by side: as many as an import keeps busy."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Final, TypeVar

from django.db import connection, transaction

AT_ONCE: Final = 2
# What is looked at is much, however little of it belongs together.
_SETTINGS: Final = "SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '64MB'"

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def side_by_side(items: Iterable[_Item], step: Callable[[_Item], _Result], *, settings: str = "") -> Iterator[_Result]:
    """Takes the step with each, in a transaction of its own, under further settings of PostgreSQL's; yields what it
    returned when that stands."""
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        try:
            yield from pool.map(partial(_alone, step, f"{_SETTINGS}; {settings}"), items)
        finally:
            _disconnect(pool)


def _alone(step: Callable[[_Item], _Result], settings: str, item: _Item) -> _Result:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(settings)
        return step(item)


def _disconnect(pool: ThreadPoolExecutor) -> None:
    """Has each thread close its connection: kept from step to step, it knows the tables and plans already."""
    all_there = Barrier(AT_ONCE)

    def close() -> None:
        all_there.wait()
        connection.close()

    for closing in [pool.submit(close) for _ in range(AT_ONCE)]:
        closing.result()
