"""Writes generation jobs of the past at COPY speed: for demonstration data, and for what another system hands over."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from apps.generations.states import Status

_COLUMNS = """id, user_id, character_id, status, input, credits_used, created_at, started_at, completed_at, updated_at,
              error, error_code, metadata, pruned_at"""
_COPY = f"COPY generation_jobs ({_COLUMNS}) FROM STDIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastJob:
    """A job that has ended; ``pruned_at`` where its files are gone or never came along."""

    id: UUID
    user_id: int
    character_id: UUID | None
    status: Status
    input: Mapping[str, Any]
    credits_used: int
    created_at: datetime
    started_at: datetime
    completed_at: datetime
    error: str = ""
    error_code: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    pruned_at: datetime | None = None


def write_jobs(jobs: Iterable[PastJob]) -> int:
    """Copies the jobs in, in the caller's transaction. Returns how many; raises on the first the database refuses."""
    count = 0
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for count, job in enumerate(jobs, start=1):  # noqa: B007
            copy.write_row(_row(job))
    return count


_WRITE = f"""
WITH written AS (
  INSERT INTO generation_jobs ({_COLUMNS}) {{query}} RETURNING user_id, status, image_count)
UPDATE users SET generated_count = generated_count + made.images
  FROM (SELECT user_id, sum(image_count) AS images FROM written WHERE status = 'completed' GROUP BY user_id) AS made
 WHERE users.id = made.user_id
"""


def write_jobs_from(query: str, params: Mapping[str, Any]) -> None:
    """Writes the ended jobs that the query selects, in the columns of a job, and adds the images of those that were
    completed to their people's lifetime counts; in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITE.format(query=query), params)


def _row(job: PastJob) -> tuple[Any, ...]:
    return (
        job.id,
        job.user_id,
        job.character_id,
        job.status.value,
        json.dumps(dict(job.input)),
        job.credits_used,
        job.created_at,
        job.started_at,
        job.completed_at,
        job.completed_at,
        job.error,
        job.error_code,
        json.dumps(dict(job.metadata)),
        job.pruned_at,
    )
