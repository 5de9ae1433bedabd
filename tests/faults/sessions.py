"""What other sessions of the test's database do, and rows for which they have to wait."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import Model


@contextmanager
def held(row: Model) -> Iterator[None]:
    """Whoever wants to change the row has to wait."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(f"SELECT FROM {row._meta.db_table} WHERE id = %s FOR NO KEY UPDATE", [row.pk])
        yield
    finally:
        other.close()


def backends(condition: str) -> int:
    """How many other sessions of this database are in that condition."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            f" AND backend_type = 'client backend' AND {condition}"
        )
        count: int = cursor.fetchone()[0]
    return count


def wait_for_a_row(many: int) -> bool:
    return backends("wait_event_type = 'Lock'") == many


def nobody_is_connected() -> bool:
    """A session whose client was killed may still finish its statement."""
    return backends("true") == 0
