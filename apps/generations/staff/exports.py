"""What a file of generations holds: the list's jobs, all of them, one a line."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.common.export import Cell
from apps.generations.models import GenerationJob
from apps.generations.staff.filters import JobFilters
from apps.generations.staff.jobs import walk

COLUMNS = (
    "id",
    "created_at",
    "started_at",
    "completed_at",
    "status",
    "user",
    "user_id",
    "influencer",
    "plan",
    "model",
    "prompt",
    "quality",
    "aspect_ratio",
    "images",
    "credits",
    "took_ms",
    "attempts",
    "error_code",
    "error",
    "retried_from",
)


def rows(filters: JobFilters, now: datetime, zone: ZoneInfo, *, after: int | None = None) -> Iterator[tuple[Cell, ...]]:
    """A tuple of cells a job, in the order of ``COLUMNS``; times are local and say how far that is from UTC.

    ``after`` is how far the database's log was when the reader last wrote.
    """
    for job in walk(filters, now, after=after):
        yield tuple(_record(job, zone).values())


def objects(filters: JobFilters, now: datetime, *, after: int | None = None) -> Iterator[dict[str, Any]]:
    """An object a job, with the same names; times are in UTC."""
    for job in walk(filters, now, after=after):
        yield _record(job, ZoneInfo("UTC"))


def _record(job: GenerationJob, zone: ZoneInfo) -> dict[str, Cell]:
    values: tuple[Cell, ...] = (
        str(job.pk),
        _time(job.created_at, zone),
        _time(job.started_at, zone),
        _time(job.completed_at, zone),
        job.status,
        job.user.email,
        str(job.user.public_id),
        job.character.name if job.character else None,
        job.plan.name if job.plan else None,
        job.metadata.get("model"),
        job.prompt_text,
        job.quality,
        job.aspect_ratio,
        job.image_count,
        job.credits_used,
        _milliseconds(job),
        job.attempts,
        job.error_code or None,
        job.error or None,
        _text(job.retried_from_id),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _time(at: datetime | None, zone: ZoneInfo) -> str | None:
    return at.astimezone(zone).isoformat(timespec="microseconds") if at else None


def _milliseconds(job: GenerationJob) -> int | None:
    """From start to end; null for a job that hasn't come so far."""
    if not job.completed_at or not job.started_at:
        return None
    return round((job.completed_at - job.started_at) / timedelta(milliseconds=1))


def _text(id_: UUID | None) -> str | None:
    return str(id_) if id_ else None
