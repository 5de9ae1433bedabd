"""Generations that have happened, each asked for, made, failed or pruned by the product's own operations."""

from typing import Any

from django.utils import timezone

from apps.accounts.models import User
from apps.generations import operations, production
from apps.generations.models import GenerationJob
from apps.generations.operations import Failure
from apps.generations.pruning import prune
from tests.factories import wish
from tests.generations.stand_ins import SKETCH


def made(user: User, **asked: Any) -> GenerationJob:
    """A completed job with small pictures. The person needs a plan or credits."""
    job = operations.request(user=user, wish=wish(**asked))
    production.produce(job.pk, attempt=1, provider=SKETCH)
    job.refresh_from_db()
    return job


def failed(user: User, error: str = "The provider was busy.", **asked: Any) -> GenerationJob:
    """A failed job, with its credits back."""
    job = operations.request(user=user, wish=wish(**asked))
    operations.settle(job_id=job.pk, user_id=user.pk, outcome=Failure(error=error, code="busy"))
    job.refresh_from_db()
    return job


def pruned(user: User, **asked: Any) -> GenerationJob:
    """A completed job whose files are no longer kept."""
    job = made(user, **asked)
    list(prune(before=timezone.now()))
    job.refresh_from_db()
    return job


def stored(job: GenerationJob, position: int = 1) -> bytes:
    """The image's file as it lies in the storage."""
    with job.images.get(position=position).file.open() as file:
        return bytes(file.read())


def sent(answer: Any) -> bytes:
    """All that was sent of a file, which is closed afterwards."""
    return b"".join(answer.streaming_content)
