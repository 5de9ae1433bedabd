"""Changing tables beside a site that goes on: no change holds it up for long, and what isn't free is tried again.

A statement that waits for a lock on a table makes everybody after it wait too, be the lock held by a mere report. So a
migration waits for a few seconds at most, is rolled back, and is tried anew. Indexes that are made concurrently are in
nobody's way: they may wait for as long as it takes, and what an attempt that was killed left of one is removed before.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import structlog
from django.db import OperationalError, connection
from django.db.backends.utils import CursorWrapper
from psycopg.errors import LockNotAvailable

from apps.common.alone import UNLIMITED, alone

LOCK_TIMEOUT_MS: Final = 3_000
TRIES: Final = 40
# For those who had to wait.
PAUSE_S: Final = 2.0

_CREATE = r"CREATE (?:UNIQUE )?INDEX CONCURRENTLY (?:IF NOT EXISTS )?(\"[^\"]+\"|\w+)"
_CONCURRENTLY = re.compile(rf"\s*(?:{_CREATE}|DROP INDEX CONCURRENTLY)")
_IS_LEFTOVER = "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(%s) AND NOT indisvalid"

log = structlog.get_logger(__name__)
Execute = Callable[..., Any]


class AnotherMigrates(Exception):
    """Somebody else is changing this database's tables."""


def patiently(
    migrate: Callable[[], object],
    *,
    tries: int = TRIES,
    pause_s: float = PAUSE_S,
    lock_timeout_ms: int = LOCK_TIMEOUT_MS,
) -> None:
    """Calls ``migrate`` until no lock was refused to it. Raises what it raised last, or AnotherMigrates."""
    for left in range(tries - 1, -1, -1):
        try:
            with considerately():
                migrate()
            break
        except (OperationalError, AnotherMigrates) as error:
            if not left or not _passes(error):
                raise
            log.warning("migration waits", reason=type(error.__cause__ or error).__name__, tries_left=left)
            time.sleep(pause_s)


@contextmanager
def considerately(lock_timeout_ms: int = LOCK_TIMEOUT_MS) -> Iterator[None]:
    """Within the block nobody else migrates, and no statement waits for a lock for longer. Raises AnotherMigrates."""
    settings = {**UNLIMITED, "lock_timeout": str(lock_timeout_ms)}
    take_time = partial(_beside_others, lock_timeout_ms)
    with alone("migrate", busy=AnotherMigrates, settings=settings), connection.execute_wrapper(take_time):
        yield


def _beside_others(lock_timeout_ms: int, execute: Execute, sql: str, *rest: Any) -> Any:
    """Has indexes made or removed concurrently wait for others' transactions to end, as they must."""
    found = _CONCURRENTLY.match(str(sql))
    if not found:
        return execute(sql, *rest)
    with connection.cursor() as cursor:
        if found[1]:
            _remove_leftover(cursor, found[1])
        cursor.execute("SET lock_timeout = 0")
        try:
            return execute(sql, *rest)
        finally:
            cursor.execute(f"SET lock_timeout = {lock_timeout_ms}")


def _remove_leftover(cursor: CursorWrapper, index: str) -> None:
    cursor.execute(_IS_LEFTOVER, [index])
    if cursor.fetchone():
        cursor.execute(f"DROP INDEX CONCURRENTLY {index}")


def _passes(error: Exception) -> bool:
    return isinstance(error, AnotherMigrates) or isinstance(error.__cause__, LockNotAvailable)
