"""Keeps the log small: what was recorded long ago goes, but for what still needs a person.

The log is walked by the time of recording, the oldest first, a short stretch a transaction. Nobody waits for it: rows
that somebody else has in their hands are passed over, and writers add rows that it never looks at. Where the machine is
slow or busy, stretches become shorter. Cut off anywhere, whole stretches are gone and all else stands; the next run
begins at what is oldest then.

Lines of open problems need no care: they count open entries only, and those stay. An act of resolving goes when the
last of the entries that it took is gone.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from apps.common.alone import alone

BATCH: Final = 5_000
# Lets the disk and whoever waits for it breathe between two stretches.
PAUSE_S: Final = 0.05
# What a stretch should take: one that meets with a slow disk takes several times as long. The first ones are short, to
# see how fast the machine is.
_STRETCH_S: Final = 0.015
_FIRST: Final = 500
_SHORTEST: Final = 50


class AnotherPruner(Exception):
    """Another process is pruning the log of this database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What became of a stretch of the log: entries removed, old ones kept because they are open, acts removed."""

    entries: int = 0
    open: int = 0
    acts: int = 0

    def __add__(self, other: "Pruned") -> "Pruned":
        return Pruned(entries=self.entries + other.entries, open=self.open + other.open, acts=self.acts + other.acts)

    @property
    def looked_at(self) -> int:
        """How far the run has come by it, in entries."""
        return self.entries + self.open


class Old(NamedTuple):
    """How many entries lie before a moment: those that may go, and open ones, which stay."""

    removable: int
    open: int


class _Position(NamedTuple):
    """Where a walk has come to."""

    at: datetime
    id: UUID


_BEGIN: Final = _Position(datetime(1, 1, 2, tzinfo=UTC), UUID(int=0))


def oldest_kept(now: datetime, days: int | None = None) -> datetime:
    """From when on entries are kept: so many days back, or as many as the setting says."""
    return now - timedelta(days=days or settings.ACTIVITY_LOG_RETENTION_DAYS)


def count_old(*, before: datetime) -> Old:
    """What was recorded before the moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_COUNT, {"before": before})
        return Old(*cursor.fetchone())


def prune(*, before: datetime, batch: int = BATCH, pause_s: float = PAUSE_S) -> Iterator[Pruned]:
    """Removes what was recorded before the moment and yields after each stretch of ``batch`` entries, or acts, at most.

    Raises AnotherPruner.
    """
    with alone("activity log", busy=AnotherPruner):
        for stretch in (_ENTRIES, _ACTS):
            position: _Position | None = _BEGIN
            rows = min(batch, _FIRST)
            while position:
                begun = time.perf_counter()
                position, done = _prune_stretch(stretch, position, before, rows)
                rows = _next_length(rows, time.perf_counter() - begun, batch)
                yield done
                time.sleep(pause_s if position else 0)


def _next_length(rows: int, took_s: float, most: int) -> int:
    """How many rows the next stretch has: as many as take the time that one should, and no sudden jump to more."""
    fitting = int(rows * _STRETCH_S / took_s)
    return min(max(min(fitting, 2 * rows), _SHORTEST), most)


class _Stretch(NamedTuple):
    """How to find the end of a stretch, and how to remove what may go of it; which tells what became of it."""

    end: str
    remove: str


_ENTRIES: Final = _Stretch(
    end="""
    SELECT inserted_at, id FROM activity_log
     WHERE (inserted_at, id) > (%(at)s, %(id)s) AND inserted_at < %(before)s
     ORDER BY inserted_at, id LIMIT 1 OFFSET %(batch)s - 1
    """,
    # An entry that is opened again meanwhile is locked by whoever does it, or seen as open once they are through.
    remove="""
    WITH doomed AS MATERIALIZED (
      SELECT ctid FROM activity_log
       WHERE (inserted_at, id) > (%(at)s, %(id)s) AND (inserted_at, id) <= (%(end_at)s, %(end_id)s)
         AND (level = 'info' OR resolved_at IS NOT NULL)
         FOR UPDATE SKIP LOCKED),
    gone AS (DELETE FROM activity_log WHERE ctid = ANY (ARRAY(SELECT ctid FROM doomed)) RETURNING 1),
    stayed AS (
      SELECT count(*) FROM activity_log
       WHERE (inserted_at, id) > (%(at)s, %(id)s) AND (inserted_at, id) <= (%(end_at)s, %(end_id)s)
         AND level IN ('warning', 'error') AND resolved_at IS NULL)
    SELECT (SELECT count(*) FROM gone), (SELECT count FROM stayed), 0
    """,
)
_ACTS: Final = _Stretch(
    end="""
    SELECT made_at, id FROM activity_log_resolutions
     WHERE (made_at, id) > (%(at)s, %(id)s) AND made_at < %(before)s
     ORDER BY made_at, id LIMIT 1 OFFSET %(batch)s - 1
    """,
    remove="""
    WITH gone AS (
      DELETE FROM activity_log_resolutions AS act
       WHERE (made_at, id) > (%(at)s, %(id)s) AND (made_at, id) <= (%(end_at)s, %(end_id)s)
         AND NOT EXISTS (SELECT FROM activity_log AS entry WHERE entry.id = ANY (act.entry_ids))
      RETURNING 1)
    SELECT 0, 0, count(*) FROM gone
    """,
)
_COUNT: Final = """
SELECT count(*) FILTER (WHERE level = 'info' OR resolved_at IS NOT NULL),
       count(*) FILTER (WHERE level IN ('warning', 'error') AND resolved_at IS NULL)
  FROM activity_log WHERE inserted_at < %(before)s
"""


@transaction.atomic
def _prune_stretch(
    stretch: _Stretch, position: _Position, before: datetime, batch: int
) -> tuple[_Position | None, Pruned]:
    """Prunes the stretch that begins after the position; where the next one begins, or None after the last."""
    params: dict[str, Any] = {"at": position.at, "id": position.id, "before": before, "batch": batch}
    with connection.cursor() as cursor:
        # A crash may take back the last stretches, which the next run then removes: nobody waits for the disk.
        cursor.execute("SET LOCAL synchronous_commit = off; SET LOCAL activity_log.permit = 'prune'")
        cursor.execute(stretch.end, params)
        row = cursor.fetchone()
        # Behind the last whole stretch all is looked at that is left before the moment.
        end = _Position(*row) if row else _Position(before, _BEGIN.id)
        cursor.execute(stretch.remove, params | {"end_at": end.at, "end_id": end.id})
        entries, open_, acts = cursor.fetchone()
    return end if row else None, Pruned(entries=entries, open=open_, acts=acts)
