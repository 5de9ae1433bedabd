"""What can be done with a generation job: request, retry, claim, settle. Each owns its transaction.

The account's row is the queue in which a person's requests stand: limit and credits are looked at while it is locked.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Subquery, When
from django.db.models.functions import Greatest

from apps.accounts.models import User
from apps.accounts.usage import Usage, active_subscription
from apps.common.enqueue import enqueue_after_commit
from apps.common.sql import ClockTimestamp
from apps.credits import ledger
from apps.generations import prompts
from apps.generations.images import StoredImage, discard, discard_remains
from apps.generations.models import Character, GenerationImage, GenerationJob, Prompt, Quality
from apps.generations.pricing import MAX_IMAGES, cost
from apps.generations.providers.aspect_ratios import ASPECT_RATIOS
from apps.generations.queries import usage_of
from apps.generations.states import Status, sources

PRODUCE = "generations.produce"
ASKED = ("prompt", "quality", "aspect_ratio", "image_count", "seed")
SEEDS = 2**31
RETRY_KEY = "retry:"


class LimitReached(Exception):
    """The plan's images for this period are used up, or too few are left; nothing was written."""

    def __init__(self, usage: Usage) -> None:
        super().__init__(f"{usage.remaining} images are left of {usage.limit}.")
        self.usage = usage


class KeyReused(Exception):
    """The idempotency key stands for a request with other words; nothing was written."""


class NotRetryable(Exception):
    """Only a failed job can be tried again, and an imported one only where it says all that has to be known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked of the provider. A seed is drawn where none is given.

    ``kept_prompt`` is the one that the text is from; ``keeps_prompt`` keeps the text for use again.
    """

    prompt: str
    quality: str
    aspect_ratio: str
    image_count: int
    character: Character | None = None
    kept_prompt: Prompt | None = None
    keeps_prompt: bool = False
    seed: int | None = None

    @property
    def cost(self) -> int:
        """In credits."""
        return cost(self.quality, self.image_count)

    def as_input(self) -> dict[str, Any]:
        """What a job keeps of it."""
        asked = {name: getattr(self, name) for name in ASKED}
        return asked | {"seed": secrets.randbelow(SEEDS) if self.seed is None else self.seed}


@dataclass(frozen=True, slots=True, kw_only=True)
class Success:
    """The provider delivered; ``metadata`` says with which model, parameters and time in ms."""

    images: tuple[StoredImage, ...]
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """It came to nothing: ``error`` is for a person to read, ``code`` for counting."""

    error: str
    code: str


@transaction.atomic
def request(
    *, user: User, wish: Wish, idempotency_key: str | None = None, retried_from: GenerationJob | None = None
) -> GenerationJob:
    """Charges and queues a job. The same key with the same wish again: the same job, charged once.

    Raises LimitReached, InsufficientCredits or KeyReused, and then nothing was written.
    """
    ledger.lock_account(user.pk)
    if earlier := _requested_before(user, wish, idempotency_key):
        return earlier
    subscription = active_subscription(user)
    usage = usage_of(user, plan=subscription.plan if subscription else None)
    if not usage.allows(wish.image_count):
        raise LimitReached(usage)
    job = GenerationJob.objects.create(
        user=user,
        character=wish.character,
        prompt=prompts.keep(user=user, text=wish.prompt) if wish.keeps_prompt else wish.kept_prompt,
        input=wish.as_input(),
        credits_used=wish.cost,
        plan=subscription.plan if subscription else None,
        subscription=subscription,
        retried_from=retried_from,
        idempotency_key=idempotency_key or None,
        created_at=ClockTimestamp(),
        updated_at=ClockTimestamp(),
        enqueued_at=ClockTimestamp(),
    )
    _charge(job, wish)
    enqueue_after_commit(PRODUCE, str(job.pk))
    return job


def retry(*, job: GenerationJob) -> GenerationJob:
    """A new job with the failed one's wish, charged anew; pressed twice, the same new job. Raises as request does."""
    if job.status != Status.FAILED or not _is_understood(job):
        raise NotRetryable
    # What an imported job was asked for may say more than we understand.
    asked = {name: job.input[name] for name in ASKED if name in job.input}
    wish = Wish(character=job.character, **asked)
    return request(user=job.user, wish=wish, idempotency_key=f"{RETRY_KEY}{job.pk}", retried_from=job)


def claim(job_id: UUID, *, attempt: int) -> GenerationJob | None:
    """The job, now processing, if this caller is the first to take this attempt at it; otherwise None."""
    first = attempt == 1
    start = {"status": Status.PROCESSING, "started_at": Greatest(ClockTimestamp(), F("created_at"))} if first else {}
    taken = GenerationJob.objects.filter(
        pk=job_id, status=Status.QUEUED if first else Status.PROCESSING, attempts=attempt - 1
    ).update(attempts=attempt, updated_at=ClockTimestamp(), **start)
    return GenerationJob.objects.select_related("character").get(pk=job_id) if taken else None


def put_off(*, job_id: UUID, attempt: int) -> bool:
    """Notes that the job moves still: its next attempt comes later. False where it has ended in the meantime."""
    return bool(
        GenerationJob.objects.filter(pk=job_id, status=Status.PROCESSING, attempts=attempt).update(
            updated_at=ClockTimestamp()
        )
    )


def settle(*, job_id: UUID, user_id: int, outcome: Success | Failure) -> bool:
    """Ends the job, once, whoever comes first: worker, late worker or sweep. False where it had ended before.

    Success counts the images; failure gives the credits back. What came too late is thrown away.
    """
    if isinstance(outcome, Failure):
        failed = _fail(job_id, user_id, outcome)
        if failed:
            discard_remains(job_id)
        return failed
    if _complete(job_id, user_id, outcome):
        return True
    discard(outcome.images)
    return False


def add_images(*, job_id: UUID, user_id: int, stored: Iterable[StoredImage]) -> None:
    """Notes where a job's pictures lie, in their order."""
    GenerationImage.objects.bulk_create(
        GenerationImage(
            user_id=user_id,
            job_id=job_id,
            position=position,
            file=image.file,
            thumbnail=image.thumbnail,
            width=image.width,
            height=image.height,
            media_type=image.media_type,
        )
        for position, image in enumerate(stored, start=1)
    )


def _requested_before(user: User, wish: Wish, key: str | None) -> GenerationJob | None:
    earlier = GenerationJob.objects.filter(user=user, idempotency_key=key).first() if key else None
    if earlier and _differs(earlier, wish):
        raise KeyReused
    return earlier


def _differs(job: GenerationJob, wish: Wish) -> bool:
    """A seed that was drawn says nothing about what was asked."""
    asked = {name: getattr(wish, name) for name in ASKED}
    if wish.seed is None:
        asked["seed"] = job.input.get("seed")
    return asked != job.input or job.character_id != (wish.character and wish.character.pk)


def _is_understood(job: GenerationJob) -> bool:
    """Whether the job was asked for in terms that a request of today could use."""
    is_known = job.quality in Quality and job.aspect_ratio in ASPECT_RATIOS
    return is_known and bool(job.prompt_text) and job.input.get("image_count") in range(1, MAX_IMAGES + 1)


def _charge(job: GenerationJob, wish: Wish) -> None:
    ledger.spend(
        user=job.user,
        credits=wish.cost,
        job_id=job.pk,
        by=job.user,
        character_id=job.character_id,
        quality_mode=wish.quality,
    )


@transaction.atomic
def _complete(job_id: UUID, user_id: int, outcome: Success) -> bool:
    if not _move(job_id, Status.COMPLETED, metadata=dict(outcome.metadata)):
        return False
    add_images(job_id=job_id, user_id=user_id, stored=outcome.images)
    _count(job_id, user_id, images=len(outcome.images))
    return True


def _count(job_id: UUID, user_id: int, *, images: int) -> None:
    """Counts the job where it ended: not in a period that began only while this waited for the person's row."""
    ended_at = GenerationJob.objects.filter(pk=job_id).values("completed_at")
    counts_now = Case(When(last_reset_date__gt=Subquery(ended_at), then=0), default=images)
    User.objects.filter(pk=user_id).update(
        generated_count=F("generated_count") + images, current_period_count=F("current_period_count") + counts_now
    )


@transaction.atomic
def _fail(job_id: UUID, user_id: int, outcome: Failure) -> bool:
    if not _move(job_id, Status.FAILED, error=outcome.error, error_code=outcome.code):
        return False
    ledger.refund(job_id=job_id, user_id=user_id)
    return True


def _move(job_id: UUID, target: Status, **changes: Any) -> bool:
    """The conditional update that decides who ends a job.

    Never before it began: when the clock is set back, a walk over the timeline would meet the job a second time.
    """
    ended_at = Greatest(ClockTimestamp(), F("started_at"), F("created_at"))
    return bool(
        GenerationJob.objects.filter(pk=job_id, status__in=sources(target)).update(
            status=target, completed_at=ended_at, updated_at=ClockTimestamp(), **changes
        )
    )
