"""Resolving what needed a person, and taking that back. Every act is one statement and stays on record.

Who comes second changes nothing: an entry is resolved only while it is open, and given back only by the act that
took it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from apps.accounts.models import User
from apps.orders.models import Order, ResolutionKind
from apps.orders.seen import SETTLED_AFTER, Seen

_RESOLVE: Final = """
WITH chosen AS (
  SELECT id FROM activity_log
   WHERE {condition} AND level IN ('warning', 'error') AND resolved_at IS NULL
   ORDER BY id FOR UPDATE),
act AS (
  INSERT INTO activity_log_resolutions (kind, entry_ids, made_by_id)
  SELECT %(kind)s, array_agg(id), %(by)s FROM chosen HAVING count(*) > 0
  RETURNING id, kind, entry_ids, made_at, made_by_id),
done AS (
  UPDATE activity_log AS entry
     SET resolved_at = act.made_at, resolved_by_id = act.made_by_id, resolution = act.kind, resolved_in_id = act.id
    FROM act WHERE entry.id = ANY(act.entry_ids))
SELECT id, cardinality(entry_ids), made_at FROM act
"""

# What was open of the chosen problems, each when its page was read.
_SEEN: Final = """
id IN (SELECT entry.id
         FROM unnest(%(fingerprints)s::text[], %(snapshots)s::text[], %(settled)s::timestamptz[])
              AS chosen (fingerprint, snapshot, settled)
         JOIN activity_log AS entry USING (fingerprint)
        WHERE entry.level IN ('warning', 'error') AND entry.resolved_at IS NULL
          AND (entry.inserted_at < chosen.settled
               OR pg_visible_in_snapshot(entry.written_xid, chosen.snapshot::pg_snapshot)))
"""

_UNDO: Final = """
WITH act AS (
  UPDATE activity_log_resolutions SET undone_at = clock_timestamp(), undone_by_id = %(by)s
   WHERE id = %(act)s AND undone_at IS NULL
  RETURNING id, entry_ids),
opened AS (
  UPDATE activity_log AS entry
     SET resolved_at = NULL, resolved_by_id = NULL, resolution = '', resolved_in_id = NULL
    FROM act WHERE entry.id = ANY(act.entry_ids) AND entry.resolved_in_id = act.id
  RETURNING entry.id)
SELECT count(*) FROM opened
"""


class Resolved(NamedTuple):
    """An act of resolving: what to give back to :func:`undo`, how many entries it took, and when."""

    id: UUID
    entries: int
    made_at: datetime


def resolve(entry_id: UUID, by: User) -> Resolved | None:
    """Resolves one entry. None where it needs nobody: it was resolved before, or never needed anyone."""
    return _resolve("id = %(entry)s", ResolutionKind.MANUAL, by, entry=entry_id)


def resolve_entries(entry_ids: Sequence[UUID], by: User) -> Resolved | None:
    """Resolves a selection; None where nothing of it was open."""
    return _resolve("id = ANY(%(entries)s)", ResolutionKind.BULK, by, entries=list(entry_ids))


def resolve_all_for_order(order: Order | UUID, by: User) -> Resolved | None:
    """Resolves everything open about an order; None where there was nothing."""
    order_id = order.pk if isinstance(order, Order) else order
    return _resolve("order_id = %(order)s", ResolutionKind.BULK, by, order=order_id)


def resolve_problem(fingerprint: str, by: User, *, seen: Seen) -> Resolved | None:
    """Resolves the repeats of a problem that the person had before their eyes, and nothing newer."""
    return resolve_problems([(fingerprint, seen)], by)


def resolve_problems(chosen: Sequence[tuple[str, Seen]], by: User) -> Resolved | None:
    """Resolves several problems in one act, each as far as the person had seen it."""
    return _resolve(
        _SEEN,
        ResolutionKind.BULK,
        by,
        fingerprints=[fingerprint for fingerprint, _ in chosen],
        snapshots=[seen.snapshot for _, seen in chosen],
        settled=[seen.at - SETTLED_AFTER for _, seen in chosen],
    )


def undo(resolution_id: UUID, by: User) -> int | None:
    """Gives back exactly what the act took, as it was; how many entries. None where it was undone before."""
    with connection.cursor() as cursor:
        cursor.execute(_UNDO, {"act": resolution_id, "by": by.pk})
        (opened,) = cursor.fetchone()
    return opened or None


def _resolve(condition: str, kind: ResolutionKind, by: User, **params: Any) -> Resolved | None:
    with connection.cursor() as cursor:
        cursor.execute(_RESOLVE.format(condition=condition), params | {"kind": kind.value, "by": by.pk})
        row = cursor.fetchone()
    return Resolved(*row) if row else None
