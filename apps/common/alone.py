"""Work that one process of a database does at a time, whoever starts it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.db import connection

from apps.common.connections import own_session

UNLIMITED = {"statement_timeout": "0"}
NOT_VACUUMED = "WITH (autovacuum_enabled = off)"


@contextmanager
def alone(work: str, *, busy: type[Exception], settings: Mapping[str, str] | None = None) -> Iterator[None]:
    """Nobody else does this work within the block. Raises ``busy`` where somebody is at it.

    The first eight letters of its name are the lock's number, so they differ from those of all other work. The lock
    is the session's and goes with it, also when the process is killed; ``settings`` of PostgreSQL's hold as long.
    Behind a pooler the block has a session of its own, so it may not be entered within a transaction there.
    """
    number = int.from_bytes(work.encode()[:8], "big")
    with own_session(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            raise busy
        try:
            for name, value in (settings or {}).items():
                cursor.execute("SELECT set_config(%s, %s, false)", [name, value])
            yield
        finally:
            for name in settings or {}:
                cursor.execute(f"RESET {name}")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


@contextmanager
def own_tables(tables: Mapping[str, str], made_later: Sequence[str] = ()) -> Iterator[None]:
    """Unlogged tables with these columns within the block, empty at first; gone afterwards, as are those
    ``made_later``. What a killed process left is removed before.

    Autovacuum passes them by: whoever fills a table knows when it is to be analyzed, and reads it once.
    """
    dropping = f"DROP TABLE IF EXISTS {', '.join([*tables, *made_later])}"
    with connection.cursor() as cursor:
        cursor.execute(dropping)
        for name, columns in tables.items():
            cursor.execute(f"CREATE UNLOGGED TABLE {name} ({columns}) {NOT_VACUUMED}")
        try:
            yield
        finally:
            cursor.execute(dropping)
