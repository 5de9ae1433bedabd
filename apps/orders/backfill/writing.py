"""Makes entries of past events and puts them into the log, whole orders at once.

A problem that the same past mended is written as recovered, and one that is no news any more as resolved: rebuilding
two years of history must not ask anyone to look at two years of cancellations.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from apps.common.identifiers import uuid_v7_at
from apps.orders.backfill.stories import PastEvent
from apps.orders.log.entries import NewEntry, build
from apps.orders.models import Order
from apps.orders.models.activity_log import ATTENTION, ResolutionKind

# A problem older than this is written as resolved, unless it still shows on the order.
STILL_NEWS: Final = timedelta(days=30)

_chance = SystemRandom()


@dataclass(slots=True)
class Act:
    """An act of resolving to be: what mended the problems, or null where time has passed over them."""

    id: UUID
    kind: ResolutionKind
    mended_by: UUID | None = None
    problems: list[UUID] = field(default_factory=list)


def entries_of(order: Order, story: Iterable[PastEvent], now: datetime) -> list[NewEntry]:
    """The order's entries; their ids rise in the order of the story."""
    entries = []
    for place, event in enumerate(story):
        entry, _faults = build(
            event.event_type,
            order=order,
            payload=event.payload,
            level=event.level,
            occurred_at=event.occurred_at,
            source_key=event.source_key,
            id=uuid_v7_at(now + timedelta(milliseconds=place), _chance),
        )
        entries.append(entry)
    return entries


def acts_on(entries: Sequence[NewEntry], now: datetime) -> list[Act]:
    """How the problems among one order's entries ended, as far as they did."""
    acts: dict[UUID | None, Act] = {}
    for problem in entries:
        mender = _mender(problem, entries)
        if problem.level not in ATTENTION or not (mender or _happened(problem) < now - STILL_NEWS):
            continue
        mended_by = mender.id if mender else None
        kind = ResolutionKind.RECOVERED if mender else ResolutionKind.BULK
        act = acts.setdefault(mended_by, Act(uuid_v7_at(now, _chance), kind, mended_by))
        act.problems.append(problem.id)
    return list(acts.values())


def _mender(problem: NewEntry, entries: Sequence[NewEntry]) -> NewEntry | None:
    """The first that ended the problem: it came later, or it ends such a problem whenever it comes."""
    for entry in entries:
        if problem.fingerprint in entry.mended and (
            _happened(entry) >= _happened(problem) or problem.fingerprint in entry.mended_whenever
        ):
            return entry
    return None


def _happened(entry: NewEntry) -> datetime:
    if entry.occurred_at is None:
        raise ValueError("an entry of the past has a time")
    return entry.occurred_at


_INSERT: Final = """
INSERT INTO activity_log (id, event_type, level, order_id, payload, message, occurred_at, fingerprint, source_key,
                          backfilled, resolved_at, resolution, resolved_in_id)
SELECT id, event_type, level, order_id, payload::jsonb, message, occurred_at, fingerprint, source_key, true,
       CASE WHEN act_id IS NOT NULL THEN %(now)s END, resolution, act_id
  FROM unnest(%(id)s::uuid[], %(event_type)s::text[], %(level)s::text[], %(order_id)s::uuid[], %(payload)s::text[],
              %(message)s::text[], %(occurred_at)s::timestamptz[], %(fingerprint)s::text[], %(source_key)s::text[],
              %(resolution)s::text[], %(act_id)s::uuid[])
       AS it (id, event_type, level, order_id, payload, message, occurred_at, fingerprint, source_key, resolution,
              act_id)
ON CONFLICT DO NOTHING
RETURNING id
"""
_RECORD: Final = """
INSERT INTO activity_log_resolutions (id, kind, entry_ids, made_at, mended_by_id)
VALUES (%(id)s, %(kind)s, %(entries)s, %(now)s, %(mended_by)s)
"""
_FIELDS: Final = (
    "id", "event_type", "level", "order_id", "payload", "message", "occurred_at", "fingerprint", "source_key",
)  # fmt: skip


@transaction.atomic
def write(entries: Sequence[NewEntry], acts: Sequence[Act], now: datetime) -> int:
    """Writes what isn't there yet, by its source key; how many entries. An act keeps what was really written."""
    act_of = {problem: act for act in acts for problem in act.problems}
    params: dict[str, Any] = {name: [getattr(entry, name) for entry in entries] for name in _FIELDS}
    params["act_id"] = [act_of[entry.id].id if entry.id in act_of else None for entry in entries]
    params["resolution"] = [act_of[entry.id].kind.value if entry.id in act_of else "" for entry in entries]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, params | {"now": now})
        written = {entry_id for (entry_id,) in cursor.fetchall()}
        cursor.executemany(_RECORD, list(_records(acts, written, now)))
    return len(written)


def _records(acts: Iterable[Act], written: set[UUID], now: datetime) -> Iterator[dict[str, Any]]:
    for act in acts:
        problems = [problem for problem in act.problems if problem in written]
        mended_by = act.mended_by if act.mended_by in written else None
        if problems:
            yield {"id": act.id, "kind": act.kind.value, "entries": problems, "now": now, "mended_by": mended_by}
