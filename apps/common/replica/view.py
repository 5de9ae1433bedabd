"""What a replica has seen: how far it has replayed the log, and which transactions had ended by then.

PostgreSQL's own snapshot can't say the latter on a replica: ``pg_current_snapshot()`` lists no running transactions
there, so that one which was running would count as seen. Their states can be asked one by one, but after the
statement's snapshot was taken, when some more may have ended. That is no harm where the view is taken by a statement
of its own, ahead of what is read as of it: all that had ended by then has ended for what comes after.
"""

from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import OperationalError

# Between the oldest running transaction and the newest there are seldom more than a few: each is asked after.
MOST_RUNNING: Final = 5_000
# Two statements, one packet: what had been replayed before the snapshot was taken is in it.
_QUESTION: Final = """
SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint;
SELECT pg_is_in_recovery(), statement_timestamp(), lowest, highest,
       CASE WHEN highest - lowest <= %(most)s THEN
         ARRAY(SELECT id FROM generate_series(lowest, highest - 1) AS id
                WHERE pg_xact_status(id::text::xid8) = 'in progress' ORDER BY id) END
  FROM (SELECT pg_snapshot_xmin(taken)::text::bigint AS lowest, pg_snapshot_xmax(taken)::text::bigint AS highest
          FROM (SELECT pg_current_snapshot() AS taken OFFSET 0) AS snapshot OFFSET 0) AS ends
"""
_POSITION: Final = "SELECT pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint"


class View(NamedTuple):
    """The time at which it was taken, the bytes of the log that had been replayed, and a snapshot's three parts."""

    at: datetime
    replayed: int
    lowest: int
    highest: int
    running: tuple[int, ...]

    @property
    def snapshot(self) -> str:
        """In PostgreSQL's own writing, which the primary reads too: transactions have the same ids on both."""
        return f"{self.lowest}:{self.highest}:{','.join(map(str, self.running))}"

    def has_all_of(self, snapshot: str) -> bool:
        """Whether all that the snapshot has seen, be it the primary's, is here."""
        _lowest, highest, running = snapshot.split(":")
        unseen = set(map(int, running.split(","))) if running else set()
        return int(highest) <= self.highest and all(id_ in unseen for id_ in self.running if id_ < int(highest))


def view_of(replica: BaseDatabaseWrapper) -> View:
    """The view at this moment. Raises OperationalError where the server isn't a replica, or can't tell."""
    with replica.cursor() as cursor:
        cursor.execute(_QUESTION, {"most": MOST_RUNNING})
        replayed: int | None = cursor.fetchone()[0]
        cursor.nextset()
        row: tuple[Any, ...] = cursor.fetchone()
    is_replica, at, lowest, highest, running = row
    if not is_replica or replayed is None or running is None:
        raise OperationalError("It isn't a replica, or a transaction has been running for very long.")
    return View(at, replayed, lowest, highest, tuple(running))


def position(primary: BaseDatabaseWrapper) -> int:
    """How many bytes the primary's log has, as far as they can be anywhere else."""
    with primary.cursor() as cursor:
        cursor.execute(_POSITION)
        bytes_: int = cursor.fetchone()[0]
    return bytes_
