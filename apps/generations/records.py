"""Generations with all that belongs to them: images, credits, the try before and the try after."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from apps.accounts.models import User
from apps.credits.models import TransactionType
from apps.generations.models import GenerationImage, GenerationJob


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """One generation. Credits are what the ledger says was taken and given back; ``retried_as`` is the next try."""

    job: GenerationJob
    images: tuple[GenerationImage, ...]
    charged: int
    refunded: int
    retried_as: UUID | None

    @property
    def is_gone(self) -> bool:
        """Whether it had images that are no longer kept."""
        return self.job.pruned_at is not None


def records_of(user: User, jobs: Sequence[GenerationJob]) -> list[JobRecord]:
    """The person's own jobs as records, in the same order: three statements for however many."""
    ids = [job.pk for job in jobs]
    images, credits, retries = _images(user, ids), _credits(user, ids), _retries(user, ids)
    return [
        JobRecord(
            job=job,
            images=tuple(images[job.pk]),
            charged=-credits.get((job.pk, TransactionType.GENERATION), 0),
            refunded=credits.get((job.pk, TransactionType.REFUND), 0),
            retried_as=retries.get(job.pk),
        )
        for job in jobs
    ]


def record_of(user: User, job_id: UUID) -> JobRecord | None:
    """The person's own job of that id as a record; None where there is none."""
    job = user.generation_jobs.filter(pk=job_id).select_related("character").first()
    return records_of(user, [job])[0] if job else None


def _images(user: User, ids: list[UUID]) -> dict[UUID, list[GenerationImage]]:
    found = defaultdict(list)
    for image in user.generation_images.filter(job__in=ids).in_order():
        found[image.job_id].append(image)
    return found


def _credits(user: User, ids: list[UUID]) -> dict[tuple[UUID | None, str], int]:
    moved = user.credit_transactions.of_jobs(ids).values_list("reference_id", "type", "amount")
    return {(job_id, kind): amount for job_id, kind, amount in moved}


def _retries(user: User, ids: list[UUID]) -> dict[UUID | None, UUID]:
    later = user.generation_jobs.filter(retried_from__in=ids).values_list("retried_from", "pk")
    return dict(later)
