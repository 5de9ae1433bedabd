"""Old images' files go; the generation, its credits and its place in the timeline stay.

First the files are removed, then the job is marked. An interruption between the two leaves a job that isn't marked
and whose files are partly gone: it is shown as no longer kept where a file is asked for, and the next run takes it up
again, since removing what isn't there is no error. The other way round it would leave files that nothing knows of.

The job's row is locked meanwhile, so that two runs share the work and never do it twice. Whoever is downloading one
of the images goes on: an open file stays readable until it is closed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import structlog
from django.db import transaction

from apps.common.sql import ClockTimestamp
from apps.generations import images
from apps.generations.models import GenerationJob

log = structlog.get_logger(__name__)

BATCH = 200


class Position(NamedTuple):
    """Where a run has come to, in the order of the jobs' ends."""

    completed_at: datetime
    job_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What became of some jobs: how many were pruned with how many files, and how many the storage refused."""

    jobs: int = 0
    files: int = 0
    refused: int = 0

    def __add__(self, other: "Pruned") -> "Pruned":
        return Pruned(jobs=self.jobs + other.jobs, files=self.files + other.files, refused=self.refused + other.refused)


def count_prunable(*, before: datetime) -> int:
    """How many generations ended before the moment and still have files."""
    return GenerationJob.objects.with_files_older_than(before).count()


def prune(*, before: datetime, batch: int = BATCH) -> Iterator[Pruned]:
    """Removes the files of generations that ended before the moment, oldest first, and yields after each job.

    What the storage refuses is left for the next run. Jobs that another run has in its hands are left to that.
    """
    position: Position | None = None
    while found := _next(before, position, batch):
        for job_id, _ended in found:
            yield prune_one(job_id)
        position = Position(found[-1][1], found[-1][0])


def _next(before: datetime, position: Position | None, batch: int) -> list[tuple[UUID, datetime]]:
    jobs = GenerationJob.objects.with_files_older_than(before)
    if position:
        jobs = jobs.ended_after(*position)
    return [(job_id, ended) for job_id, ended in jobs.values_list("pk", "completed_at")[:batch] if ended]


@transaction.atomic
def prune_one(job_id: UUID) -> Pruned:
    """Removes the files of one generation that has ended. What another run has in its hands is left to that."""
    mine = GenerationJob.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=job_id, pruned_at=None)
    job = mine.first()
    if job is None:
        return Pruned()
    try:
        files = images.remove_files(job_id, _names(job))
    except OSError as error:
        log.warning("files can't be removed", job_id=str(job_id), error=str(error))
        return Pruned(refused=1)
    GenerationJob.objects.filter(pk=job_id).update(pruned_at=ClockTimestamp())
    return Pruned(jobs=1, files=files)


def _names(job: GenerationJob) -> list[str]:
    return [name for pair in job.images.values_list("file", "thumbnail") for name in pair]
