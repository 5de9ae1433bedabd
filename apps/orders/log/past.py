"""Puts entries of the past into the log, many in one statement: for history that is rebuilt, or told."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from apps.common.sql import fetch_bound
from apps.orders.log.entries import NewEntry
from apps.orders.models.activity_log import ATTENTION, ResolutionKind


@dataclass(slots=True)
class Act:
    """An act of resolving to be: by a person, by the entry that mended the problems, or by nobody."""

    id: UUID
    kind: ResolutionKind
    made_at: datetime
    made_by_id: int | None = None
    mended_by_id: UUID | None = None
    problems: list[UUID] = field(default_factory=list)


def mender_of(problem: NewEntry, entries: Sequence[NewEntry]) -> NewEntry | None:
    """The first of the entries that ended the problem: it came later, or ends such a problem whenever it comes."""
    for entry in entries:
        if problem.fingerprint in entry.mended and (
            happened(entry) >= happened(problem) or problem.fingerprint in entry.mended_whenever
        ):
            return entry
    return None


def needs_attention(entry: NewEntry) -> bool:
    """Whether somebody has to look, unless an act says that it is over."""
    return entry.level in ATTENTION


def happened(entry: NewEntry) -> datetime:
    """When it happened. Raises ValueError for an entry that takes its time from the moment of writing."""
    if entry.occurred_at is None:
        raise ValueError("an entry of the past has a time")
    return entry.occurred_at


_INSERT: Final = """
INSERT INTO activity_log (id, event_type, level, order_id, payload, message, occurred_at, inserted_at, fingerprint,
                          source_key, backfilled, resolved_at, resolved_by_id, resolution, resolved_in_id)
SELECT id, event_type, level, order_id, payload::jsonb, message, occurred_at,
       COALESCE(recorded_at, clock_timestamp()), fingerprint, source_key, %(backfilled)s, resolved_at, resolved_by,
       resolution, act_id
  FROM unnest(%(id)b::uuid[], %(event_type)b::text[], %(level)b::text[], %(order_id)b::uuid[], %(payload)b::text[],
              %(message)b::text[], %(occurred_at)b::timestamptz[], %(fingerprint)b::text[], %(source_key)b::text[],
              %(recorded_at)b::timestamptz[], %(resolved_at)b::timestamptz[], %(resolved_by)b::bigint[],
              %(resolution)b::text[], %(act_id)b::uuid[])
       AS it (id, event_type, level, order_id, payload, message, occurred_at, fingerprint, source_key, recorded_at,
              resolved_at, resolved_by, resolution, act_id)
ON CONFLICT DO NOTHING
RETURNING id
"""
_RECORD: Final = """
INSERT INTO activity_log_resolutions (id, kind, entry_ids, made_at, made_by_id, mended_by_id)
VALUES (%(id)s, %(kind)s, %(entries)s, %(made_at)s, %(made_by)s, %(mended_by)s)
"""
_FIELDS: Final = (
    "id", "event_type", "level", "order_id", "payload", "message", "occurred_at", "fingerprint", "source_key",
)  # fmt: skip


@transaction.atomic
def write_past(
    entries: Sequence[NewEntry],
    acts: Sequence[Act],
    *,
    backfilled: bool,
    recorded_at: Sequence[datetime | None] | None = None,
) -> int:
    """Writes what isn't there yet, by its source key; how many entries. An act keeps what was really written.

    ``recorded_at`` are the entries' times of recording; those without one are recorded now.
    """
    act_of = {problem: act for act in acts for problem in act.problems}
    taken = [act_of.get(entry.id) for entry in entries]
    params: dict[str, Any] = {name: [getattr(entry, name) for entry in entries] for name in _FIELDS} | {
        "backfilled": backfilled,
        "recorded_at": list(recorded_at or [None] * len(entries)),
        "resolved_at": [act and act.made_at for act in taken],
        "resolved_by": [act and act.made_by_id for act in taken],
        "resolution": [act.kind.value if act else "" for act in taken],
        "act_id": [act and act.id for act in taken],
    }
    written = {entry_id for (entry_id,) in fetch_bound(_INSERT, params)}
    with connection.cursor() as cursor:
        cursor.executemany(_RECORD, list(_records(acts, written)))
    return len(written)


def _records(acts: Iterable[Act], written: set[UUID]) -> Iterator[dict[str, Any]]:
    for act in acts:
        problems = [problem for problem in act.problems if problem in written]
        if problems:
            yield {
                "id": act.id,
                "kind": act.kind.value,
                "entries": problems,
                "made_at": act.made_at,
                "made_by": act.made_by_id,
                "mended_by": act.mended_by_id if act.mended_by_id in written else None,
            }
