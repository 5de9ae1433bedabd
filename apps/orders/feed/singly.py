"""Entries looked up one by one: as they are now, and the last of a problem that has ended."""

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from apps.common.sql import fetch_prepared
from apps.orders.feed.entries import COLUMNS, WITH_RESOLVERS, Entry, entries_of

_WITH_IDS: Final = f"""
WITH page AS MATERIALIZED (SELECT {COLUMNS} FROM activity_log WHERE id = ANY(%(ids)s))
{WITH_RESOLVERS}
"""
_LAST_ENDED: Final = f"""
WITH page AS MATERIALIZED (
  SELECT last.* FROM unnest(%(fingerprints)s::text[]) AS asked (problem), LATERAL (
    SELECT {COLUMNS} FROM activity_log WHERE fingerprint = asked.problem AND resolved_at IS NOT NULL
     ORDER BY resolved_at DESC, occurred_at DESC, id DESC LIMIT 1) AS last)
{WITH_RESOLVERS}
"""
_TOGETHER: Final = """
SELECT asked.problem, count(*)
  FROM unnest(%(fingerprints)s::text[], %(moments)s::timestamptz[]) AS asked (problem, at)
  JOIN activity_log ON fingerprint = asked.problem AND resolved_at = asked.at GROUP BY asked.problem
"""


class Ended(NamedTuple):
    """The last entry of a problem that was resolved, and how many of its repeats were resolved with it."""

    entry: Entry
    together: int


def entries_with(ids: Sequence[UUID]) -> dict[UUID, Entry]:
    """The entries as they are now; those that aren't there are left out."""
    return {entry.id: entry for entry in entries_of(fetch_prepared(_WITH_IDS, {"ids": list(ids)}))}


def last_ended(fingerprints: Sequence[str]) -> dict[str, Ended]:
    """How each of these problems ended last; those that never did are left out."""
    entries = entries_of(fetch_prepared(_LAST_ENDED, {"fingerprints": list(fingerprints)}))
    names = [entry.fingerprint for entry in entries]
    moments = [entry.resolved_at for entry in entries]
    counts: dict[str, int] = dict(fetch_prepared(_TOGETHER, {"fingerprints": names, "moments": moments}))
    return {entry.fingerprint: Ended(entry, counts[entry.fingerprint]) for entry in entries}
