"""What a file of the timeline holds: the items of one snapshot walk, and the columns that a spreadsheet shows."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.activity.filters import TimelineFilters
from apps.activity.items import ActivityItem
from apps.activity.reading import page_of
from apps.activity.timeline import Timeline
from apps.common.export import Cell

# A statement reads so many: what a page costs beside its rows no longer counts, and memory stays small.
ITEMS_A_STATEMENT = 1_000

COLUMNS = (
    "occurred_at",
    "type",
    "title",
    "description",
    "status",
    "influencer",
    "quality",
    "aspect_ratio",
    "images",
    "credits",
    "balance_after",
    "job_id",
    "transaction_id",
    "influencer_id",
)


def items(user_id: int, filters: TimelineFilters, now: datetime, *, after: int | None = None) -> Iterator[ActivityItem]:
    """Everything that the filters leave, newest first, as it stood when the first item was read.

    ``after`` is how far the database's log was when the reader last wrote.
    """
    timeline = Timeline(user_id=user_id, now=now, filters=filters, limit=ITEMS_A_STATEMENT)
    return timeline.walk(partial(page_of, timeline, after=after))


def row(item: ActivityItem, zone: ZoneInfo) -> tuple[Cell, ...]:
    """The item's cells, in the order of ``COLUMNS``; its time is local and says how far that is from UTC."""
    return (
        item.occurred_at.astimezone(zone).isoformat(timespec="microseconds"),
        item.type,
        item.title,
        item.description,
        item.status,
        item.character_name,
        item.quality,
        item.aspect_ratio,
        item.image_count,
        item.credits_delta,
        item.balance_after,
        _text(item.generation_job_id),
        _text(item.credit_transaction_id),
        _text(item.character_id),
    )


def _text(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)
