"""Brings entries from the spool into the table. Any number of drains may run at once: an entry is written once."""

from pathlib import Path
from typing import NamedTuple

import structlog
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError

from apps.orders.log import spool, statements

log = structlog.get_logger(__name__)

BATCH = 1_000
# Of entries whose transaction hasn't committed, as far as anybody knows.
_OUTCOMES = {"aborted": "dropped", "in progress": "waiting"}


class Drained(NamedTuple):
    """What became of the entries looked at: written now or before, dropped with their transaction, or still there."""

    written: int = 0
    dropped: int = 0
    waiting: int = 0


def drain_spool(limit: int = BATCH) -> Drained:
    """Writes what waits, the oldest first, at most so many entries. Stops where the database takes none.

    An entry whose transaction rolled back tells of what never happened and is dropped; one whose transaction still runs
    stays.
    """
    outcomes: list[str] = []
    for file in spool.oldest(limit):
        try:
            outcomes.append(_drain(file))
        except (DatabaseError, InterfaceError):
            log.exception("activity spool can't be drained now")
            break
    written, dropped = outcomes.count("written"), outcomes.count("dropped")
    return Drained(written, dropped, spool.depth())


def _drain(file: Path) -> str:
    try:
        kept = spool.read(file)
    except FileNotFoundError:  # another drain was faster
        return "gone"
    except ValueError:
        return _refuse(file)
    fate = statements.status_of(kept.transaction) if kept.transaction else "none"
    outcome = _OUTCOMES.get(fate, "written")
    if outcome == "waiting":
        return outcome
    if outcome == "written":
        try:
            statements.insert(kept.entry)
        except (DataError, IntegrityError):
            return _refuse(file)
    spool.remove(file)
    return outcome


def _refuse(file: Path) -> str:
    log.exception("activity entry can't ever be written as it is", file=file.name)
    spool.refuse(file)
    return "refused"
