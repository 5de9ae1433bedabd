"""The clock that all processes share: the database's.

Machines' own clocks may differ, and jump. What one process writes and another judges by (leases, due times, ends,
what is old enough to be removed) is told by this one; a page that merely says "3 minutes ago" can use its own.
"""

from datetime import datetime

from django.db import connection


def now() -> datetime:
    """The database's time at this very moment, for one round trip."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment
