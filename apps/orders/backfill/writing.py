"""Makes entries of past events, and says which of the problems among them are over.

A problem that the same past mended is written as recovered, and one that is no news any more as resolved: rebuilding
two years of history must not ask anyone to look at two years of cancellations.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Final
from uuid import UUID

from apps.common.identifiers import uuid_v7_at
from apps.orders.backfill.stories import PastEvent
from apps.orders.log.entries import NewEntry, build
from apps.orders.log.past import Act, happened, mender_of, needs_attention
from apps.orders.models import Order, ResolutionKind

# A problem older than this is written as resolved, unless the order's past has mended it anyway.
STILL_NEWS: Final = timedelta(days=30)

_chance = SystemRandom()


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
    for problem in filter(needs_attention, entries):
        mender = mender_of(problem, entries)
        if not mender and happened(problem) >= now - STILL_NEWS:
            continue
        mended_by = mender.id if mender else None
        kind = ResolutionKind.RECOVERED if mender else ResolutionKind.BULK
        act = acts.setdefault(mended_by, Act(uuid_v7_at(now, _chance), kind, now, mended_by_id=mended_by))
        act.problems.append(problem.id)
    return list(acts.values())
