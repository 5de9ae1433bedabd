"""One generation as a page of its own, in ready words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from apps.common.paths import path_to
from apps.common.words import credits_word, duration, relative_time
from apps.generations.gallery import Neighbours
from apps.generations.models import GenerationImage, GenerationJob
from apps.generations.providers.aspect_ratios import ASPECT_RATIOS
from apps.generations.records import JobRecord
from apps.generations.states import Status
from apps.generations.words import LOOKS, quality_words, title

_FOLDED_CHARACTERS, _FOLDED_LINES = 320, 6
_ALT_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Picture:
    """One image, and the same as a file to take away. Sizes are in pixels."""

    id: UUID
    url: str
    download_url: str
    name: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value; one with ``url`` leads there, an id can be copied."""

    label: str
    value: str
    url: str = ""
    is_id: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """``status_url`` is asked again and again while it runs; ``placeholders`` are the images' shapes till then."""

    title: str
    status: str
    tone: str
    icon: str
    time: str
    time_iso: str
    time_exact: str
    prompt: str
    prompt_start: str
    images: tuple[Picture, ...]
    placeholders: tuple[str, ...]
    is_gone: bool
    facts: tuple[Fact, ...]
    lineage: tuple[Fact, ...]
    activity_url: str
    again_url: str
    retry_url: str
    retry_cost: str
    error: str
    is_refunded: bool
    waiting: str
    status_url: str
    newer_url: str
    older_url: str


def result(record: JobRecord, beside: Neighbours, *, zone: ZoneInfo, query: str, now: datetime) -> Result:
    """The record as a page; what leads back to the gallery carries the filters of ``query``."""
    job, status = record.job, Status(record.job.status)
    is_running, suffix = not job.has_ended, f"?{query}" if query else ""
    may_retry = status == Status.FAILED and record.retried_as is None
    asked = job.created_at.astimezone(zone)
    return Result(
        title=title(job),
        status=str(status.label),
        tone=LOOKS[status].tone,
        icon=LOOKS[status].icon,
        time=relative_time(job.created_at, now=now),
        time_iso=asked.isoformat(timespec="seconds"),
        time_exact=_exact(asked),
        prompt=job.prompt_text,
        prompt_start=_folded(job.prompt_text),
        images=() if record.is_gone else tuple(_picture(image, job.prompt_text) for image in record.images),
        placeholders=_placeholders(job) if is_running else (),
        is_gone=record.is_gone,
        facts=tuple(_facts(record, asked)),
        lineage=tuple(_lineage(record, suffix)),
        activity_url=reverse("activity:item", args=["generation_job", job.pk]),
        again_url=f"{path_to('generations:generate')}?again={job.pk}",
        retry_url=reverse("generations:retry", args=[job.pk]) if may_retry else "",
        retry_cost=_("Retry for %s") % credits_word(job.credits_used) if may_retry else "",
        error=job.error,
        is_refunded=bool(record.refunded),
        waiting=str(LOOKS[status].waiting),
        status_url=reverse("generations:status", args=[job.pk]) + suffix if is_running else "",
        newer_url=_result_url(beside.newer, suffix),
        older_url=_result_url(beside.older, suffix),
    )


def _result_url(job_id: UUID | None, suffix: str) -> str:
    return reverse("generations:result", args=[job_id]) + suffix if job_id else ""


def _exact(local: datetime) -> str:
    return f"{date_format(local, 'j F Y')}, {local:%H:%M:%S} {local.tzname()}"


def _folded(prompt: str) -> str:
    """The beginning of a long prompt; nothing for one that is short enough to be shown whole."""
    if len(prompt) <= _FOLDED_CHARACTERS and prompt.count("\n") < _FOLDED_LINES:
        return ""
    beginning = "\n".join(prompt.splitlines()[:_FOLDED_LINES])
    short = Truncator(beginning).chars(_FOLDED_CHARACTERS)
    return short if short.endswith("…") else f"{short} …"


def _placeholders(job: GenerationJob) -> tuple[str, ...]:
    width, height = ASPECT_RATIOS.get(job.aspect_ratio, (1, 1))
    shape = f"0 0 {width} {height}"
    return tuple(shape for _number in range(job.image_count))


def _picture(image: GenerationImage, prompt: str) -> Picture:
    where = [image.job_id, image.position]
    return Picture(
        id=image.pk,
        url=reverse("generations:image", args=where),
        download_url=reverse("generations:download", args=where),
        name=_("Image %d") % image.position,
        alt=prompt[:_ALT_CHARACTERS] or _("Image %d") % image.position,
        width=image.width,
        height=image.height,
    )


def _facts(record: JobRecord, asked: datetime) -> Iterator[Fact]:
    job = record.job
    if job.character:
        gallery = f"{path_to('generations:gallery')}?character={job.character_id}"
        yield Fact(_("AI influencer"), job.character.name, url=gallery)
    yield Fact(_("Asked for"), f"{date_format(asked, 'j F Y')}, {asked:%H:%M}")
    if job.started_at and job.completed_at:
        yield Fact(_("Took"), duration(job.completed_at - job.started_at))
    yield Fact(_("Quality"), quality_words(job.quality))
    yield Fact(_("Aspect ratio"), job.aspect_ratio)
    yield from _cost(record)
    if model := job.metadata.get("model"):
        yield Fact(_("Model"), str(model))
    if (seed := job.input.get("seed")) is not None:
        yield Fact(_("Seed"), str(seed))
    yield Fact(_("Job ID"), str(job.pk), is_id=True)


def _cost(record: JobRecord) -> Iterator[Fact]:
    yield Fact(_("Cost"), credits_word(record.charged or record.job.credits_used))
    if record.refunded:
        yield Fact(_("Refunded"), credits_word(record.refunded))


def _lineage(record: JobRecord, suffix: str) -> Iterator[Fact]:
    """The try before and the try after, where there are any."""
    if before := _result_url(record.job.retried_from_id, suffix):
        yield Fact(_("This is another try."), _("See the one before"), url=before)
    if after := _result_url(record.retried_as, suffix):
        yield Fact(_("This was tried again."), _("See what came of it"), url=after)
