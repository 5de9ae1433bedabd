"""``log_event``: records that something happened. It never raises, never breaks the caller, never loses silently.

Inside a transaction an entry belongs to it: rolled back, the entry is gone too, because what it told of didn't
happen. So a failure is logged *after* the rollback of the work that failed.

What the database doesn't take goes to the spool, with a traceback in the log, and is written from there later, once:
the entry has its id from the moment it was logged.

- Outside a transaction, or where the transaction is still good, the caller goes on as if nothing had been. The spooled
  entry remembers the transaction's id; the drain writes it when that has committed and drops it when it rolled back.
  (An inner block that rolls back within a transaction that commits isn't told apart: its spooled entry is written.)
- Where the transaction is beyond saving, or the connection is gone, its work is undone whatever we do. The entry is
  kept all the same, because it may tell of the trouble itself, but it says that it is not confirmed. When the work
  is done again under the same ``source_key``, the line stays one.
- Where the spool can't be written either, the whole entry stands in the log line.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import connection
from django.utils import timezone

from apps.orders.log import spool, statements
from apps.orders.log.entries import NewEntry, as_text, build
from apps.orders.log.spool import Kept
from apps.orders.models import Order

log = structlog.get_logger(__name__)


def log_event(
    event_type: str,
    *,
    order: Order | UUID | None = None,
    payload: Mapping[str, Any] | None = None,
    level: str | None = None,
    occurred_at: datetime | None = None,
    source_key: str | None = None,
) -> None:
    """Records an event of the taxonomy; level and wording come from there unless ``level`` says otherwise.

    ``payload`` has the facts that the event's sentence is made of (see ``event_types``), ``occurred_at`` when it
    happened if that isn't now, ``source_key`` what must be written once only, however often it is told.
    """
    try:
        _record(
            event_type,
            order=order,
            payload=payload,
            level=level,
            occurred_at=occurred_at,
            source_key=source_key,
        )
    except Exception:  # the last boundary: whatever is wrong with the log, the caller's work goes on
        asked = {
            "event_type": as_text(event_type, 100),
            "order": as_text(order, 100),
            "source_key": as_text(source_key, 100),
        }
        log.critical("activity entry lost", exc_info=True, **asked)


def _record(event_type: str, **asked: Any) -> None:
    entry, faults = build(event_type, **asked)
    if faults:
        log.error("activity entry mended", event_type=entry.event_type, faults=faults, stack_info=True)
    try:
        statements.insert(entry)
    except Exception:  # the database may refuse in any way, and the caller must not notice
        log.exception("activity entry delayed", event_type=entry.event_type, entry=str(entry.id))
        _keep(entry)


def _keep(entry: NewEntry) -> None:
    kept = _with_fate(entry)
    try:
        spool.keep(kept)
    except OSError:
        log.critical("activity entry not kept", exc_info=True, entry=repr(kept.entry))


def _with_fate(entry: NewEntry) -> Kept:
    """The entry as it is spooled: at the time it was logged, and bound to the transaction that it belongs to."""
    dated = entry.at(timezone.now())
    if not connection.in_atomic_block:
        return Kept(dated, None)
    try:
        return Kept(dated, statements.current_transaction())
    except Exception:  # the transaction, or the connection with it, is lost
        return Kept(dated.unconfirmed(), None)
