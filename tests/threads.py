"""Many at once: threads that start together, each with a database connection of its own."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Generic, TypeVar

from django.db import connection

Answer = TypeVar("Answer")


class Outcomes(Generic[Answer]):
    """What became of each call: answers and errors, in no order."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.errors: list[Exception] = []

    @property
    def kinds_of_error(self) -> set[type[Exception]]:
        return {type(error) for error in self.errors}


def at_once(threads: int, action: Callable[[int], Answer]) -> Outcomes[Answer]:
    """Calls ``action(0)``, ``action(1)`` … at the same time and waits for all of them."""
    outcomes: Outcomes[Answer] = Outcomes()
    start = Barrier(threads)

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            outcomes.answers.append(action(number))
        except Exception as error:  # whatever it was, the test judges it
            outcomes.errors.append(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, range(threads)))
    return outcomes


def wait_until_somebody_waits() -> None:
    """Returns when another connection waits for a lock that this one's transaction holds; fails after half a minute."""
    deadline = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT 1 FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.rowcount:
                return
            time.sleep(0.01)
    raise AssertionError("Nobody came to wait.")
