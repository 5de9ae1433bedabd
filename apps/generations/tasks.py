"""Celery's doors to generations: each carries ids and makes one call."""

from datetime import timedelta
from itertools import islice
from uuid import UUID

import structlog
from celery import shared_task
from django.conf import settings

from apps.common import clock
from apps.common.enqueue import send
from apps.generations import production
from apps.generations.pruning import Pruned, prune
from apps.generations.sweep import sweep, tidy

log = structlog.get_logger(__name__)

MOST_PRUNED_AT_ONCE = 20_000


@shared_task(name="generations.produce")
def produce(job_id: str, attempt: int = 1) -> None:
    """One attempt at a job; a transient refusal by the provider sends the next one on its way."""
    wait_s = production.produce(UUID(job_id), attempt=attempt)
    if wait_s is not None:
        send("generations.produce", job_id, attempt + 1, countdown_s=wait_s)


@shared_task(name="generations.sweep")
def sweep_generations() -> None:
    """Mends what was left hanging."""
    sweep()


@shared_task(name="generations.tidy")
def tidy_generations() -> None:
    """Removes what failed jobs may have left in the storage."""
    tidy(now=clock.now())


@shared_task(name="generations.prune")
def prune_generations() -> None:
    """Removes files older than the setting says, so many at most that the task's time is enough."""
    before = clock.now() - timedelta(days=settings.GENERATION_FILES_KEPT_DAYS)
    done = sum(islice(prune(before=before), MOST_PRUNED_AT_ONCE), start=Pruned())
    log.info("generations pruned", jobs=done.jobs, files=done.files, refused=done.refused)
