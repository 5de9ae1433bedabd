"""Celery's doors to generations: each carries ids and makes one call."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from apps.common.enqueue import send
from apps.generations import production
from apps.generations.sweep import sweep, tidy


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
    tidy(now=timezone.now())
