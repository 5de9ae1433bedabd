"""Making a job's images: claim it, ask the provider, store what came, settle. One attempt a call."""

from random import SystemRandom
from time import monotonic
from uuid import UUID

import structlog
from django.conf import settings
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from apps.generations import images, operations
from apps.generations.models import GenerationJob
from apps.generations.operations import Failure, Success
from apps.generations.providers import chosen
from apps.generations.providers.base import ImageRequest, Provider, ProviderError

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 3
# Waiting jobs don't all come back in the same moment; never sooner than the provider said, only later.
JITTER = 0.25
# Who waits for a picture, credits gone, had better have them back than wait longer than this between two attempts.
# With its jitter far below the broker's visibility timeout and, in `put_off`, below what counts as standing still.
MAX_WAIT_S = 120.0
MAX_ERROR_CHARS, MAX_CODE_CHARS = 500, 40  # of the job's columns


def produce(job_id: UUID, *, attempt: int, provider: Provider | None = None) -> float | None:
    """One attempt at the job. Returns seconds to wait before the next attempt, or None when the job needs no more.

    A second delivery of the same attempt does nothing. The provider is the one that the settings choose, unless given.
    """
    job = operations.claim(job_id, attempt=attempt)
    if job is None:
        return None
    try:
        outcome: Success | Failure = _make(job, provider or chosen.provider(), attempt)
    except ProviderError as error:
        wait_s = _wait_s(error, attempt)
        if wait_s is not None and operations.put_off(job_id=job.pk, attempt=attempt):
            return wait_s
        outcome = _failure(error)
    except Exception:  # the boundary of an attempt: whatever broke, the credits go back
        log.exception("generation attempt broke", job_id=str(job_id), attempt=attempt)
        outcome = Failure(error=_("Something went wrong on our side."), code="internal_error")
    operations.settle(job_id=job.pk, user_id=job.user_id, outcome=outcome)
    return None


def _make(job: GenerationJob, provider: Provider, attempt: int) -> Success:
    started = monotonic()
    request = ImageRequest(**(job.input | {"prompt": _full_prompt(job)}))
    answer = provider.generate(request)
    if len(answer) != job.image_count:
        raise ProviderError(_("The provider made fewer or more images than asked."), "wrong_count", permanent=False)
    stored = images.store(job.pk, attempt, answer)
    return Success(
        images=stored,
        metadata={
            "provider": provider.name,
            "model": provider.model,
            "parameters": {name: value for name, value in job.input.items() if name != "prompt"},
            "processing_time_ms": round((monotonic() - started) * 1000),
        },
    )


def _wait_s(error: ProviderError, attempt: int) -> float | None:
    """Seconds until the next attempt: doubling, at least what the provider asks for. None where there shall be none."""
    least = max(error.retry_after_s or 0, settings.GENERATION_BACKOFF_SECONDS * 2.0 ** (attempt - 1))
    if error.permanent or attempt >= MAX_ATTEMPTS or least > MAX_WAIT_S:
        return None
    return least * SystemRandom().uniform(1, 1 + JITTER)


def _failure(error: ProviderError) -> Failure:
    """In words that fit the job, also where the provider said nothing or went on and on."""
    words = Truncator(error.message.replace("\0", "").strip()).chars(MAX_ERROR_CHARS)
    return Failure(error=words or _("The provider gave no reason."), code=error.code[:MAX_CODE_CHARS])


def _full_prompt(job: GenerationJob) -> str:
    """What the provider is told: the prompt, and what the influencer looks like."""
    looks = job.character.description if job.character else ""
    return f"{job.prompt_text}\n{looks}".strip()
