"""The timeline the slow and obvious way: read every row, filter in Python, sort. The fast one must tell the same."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from apps.activity.filters import DateRange, TimelineFilters, Type
from apps.activity.items import ActivityItem, Position, SourceType
from apps.credits.models import CreditTransaction
from apps.generations.models import GenerationJob
from apps.generations.states import FINAL


class Told(NamedTuple):
    """What is compared: place, state and effect. The state of a transaction's job isn't the transaction's own."""

    position: Position
    status: str | None
    credits_delta: int


class Known(NamedTuple):
    """A told row with what the filters look at."""

    told: Told
    character_id: UUID | None


def told(item: ActivityItem) -> Told:
    """What an item of the timeline tells."""
    return Told(item.position, item.status if item.is_generation else None, item.credits_delta)


def everything(user_id: int) -> list[Known]:
    """All that is stored for the person, newest first."""
    rows = [*_jobs(user_id), *_movements(user_id)]
    return sorted(rows, key=lambda row: row.told.position, reverse=True)


def expected(rows: list[Known], filters: TimelineFilters, now: datetime) -> list[Told]:
    """Those that the filters leave, "the last 7 days" being counted back from ``now``."""
    return [row.told for row in rows if _matches(row, filters, now)]


def _jobs(user_id: int) -> Iterator[Known]:
    movements = list(CreditTransaction.objects.filter(user_id=user_id))
    for job in GenerationJob.objects.filter(user_id=user_id):
        delta = sum(movement.amount for movement in movements if movement.reference_id == job.pk)
        position = Position(_happened_at(job), SourceType.GENERATION_JOB, job.pk)
        yield Known(Told(position, job.status, delta), job.character_id)


def _happened_at(job: GenerationJob) -> datetime:
    if job.status in FINAL:
        return job.completed_at or job.updated_at or job.created_at
    return job.started_at or job.created_at


def _movements(user_id: int) -> Iterator[Known]:
    for movement in CreditTransaction.objects.filter(user_id=user_id):
        position = Position(movement.created_at, SourceType.CREDIT_TRANSACTION, movement.pk)
        yield Known(Told(position, None, movement.amount), movement.character_id)


def _matches(row: Known, filters: TimelineFilters, now: datetime) -> bool:
    source = row.told.position.source_type
    return (
        filters.type in (Type.ALL, Type.GENERATION if source == SourceType.GENERATION_JOB else Type.CREDITS)
        and (filters.status is None or row.told.status == filters.status)
        and (filters.character_id is None or row.character_id == filters.character_id)
        and _in_period(row.told.position.occurred_at, filters, now)
    )


def _in_period(at: datetime, filters: TimelineFilters, now: datetime) -> bool:
    day, today = at.astimezone(filters.zone).date(), now.astimezone(filters.zone).date()
    reach = {DateRange.LAST_7_DAYS: 6, DateRange.LAST_30_DAYS: 29}.get(filters.range)
    return (
        (reach is None or day >= today - timedelta(days=reach))
        and (filters.first_day is None or day >= filters.first_day)
        and (filters.last_day is None or day <= filters.last_day)
    )
