"""No job is left hanging: what was never picked up is offered again, what stopped moving fails and is refunded."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from apps.common.enqueue import send
from apps.common.sql import ClockTimestamp
from apps.generations import operations
from apps.generations.images import discard_remains
from apps.generations.models import GenerationJob
from apps.generations.operations import PRODUCE, Failure

BATCH = 500
TIDIED = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Swept:
    """How many jobs were offered again, and how many were failed with their credits back."""

    offered_again: int
    failed: int


def sweep() -> Swept:
    """One round over the oldest jobs in flight; safe beside workers, late workers and other sweeps."""
    return Swept(offered_again=_offer_again(), failed=_fail_stalled())


def tidy(*, now: datetime) -> int:
    """Removes once more what jobs that failed of late may have left in the storage; returns how many were looked at.

    Whoever fails a job removes its files. One who is killed in between doesn't, nor does a late worker that is killed
    before it learns that it was late.
    """
    jobs = GenerationJob.objects.left_over(now - TIDIED).values_list("pk", flat=True)
    for job_id in jobs:
        discard_remains(job_id)
    return len(jobs)


def _offer_again() -> int:
    waiting = GenerationJob.objects.never_picked_up(Now() - timedelta(seconds=settings.GENERATION_PICKUP_SECONDS))
    offered = 0
    for job_id in waiting.values_list("pk", flat=True)[:BATCH]:
        if not send(PRODUCE, str(job_id)):
            break
        offered += GenerationJob.objects.filter(pk=job_id).update(enqueued_at=ClockTimestamp())
    return offered


def _fail_stalled() -> int:
    stalled = GenerationJob.objects.stalled(Now() - timedelta(seconds=settings.GENERATION_STALL_SECONDS))
    outcome = Failure(error=_("The generation stopped before it was done."), code="stalled")
    return sum(
        operations.settle(job_id=job_id, user_id=user_id, outcome=outcome)
        for job_id, user_id in stalled.values_list("pk", "user_id")[:BATCH]
    )
