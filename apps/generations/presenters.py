"""Makes ready words of generation jobs for the gallery and the result page."""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.common.words import credits_word
from apps.generations.models import GenerationImage, GenerationJob, Quality
from apps.generations.states import Status

TONES = {Status.QUEUED: "running", Status.PROCESSING: "running", Status.COMPLETED: "done", Status.FAILED: "failed"}


@dataclass(frozen=True, slots=True)
class Tile:
    """One result in the gallery."""

    url: str
    thumbnail_url: str
    alt: str
    title: str
    time: str
    time_iso: str
    tone: str
    image_count: int


@dataclass(frozen=True, slots=True)
class Picture:
    url: str
    download_url: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Result:
    """One job, whole; ``status_url`` is asked again and again while it runs."""

    title: str
    status: str
    tone: str
    prompt: str
    images: tuple[Picture, ...]
    facts: tuple[Fact, ...]
    activity_url: str
    retry_url: str
    retry_cost: str
    retried_from_url: str
    error: str
    running: bool
    status_url: str


def tile(job: GenerationJob, zone: ZoneInfo) -> Tile:
    """The job as a tile."""
    local = job.occurred_at.astimezone(zone)
    return Tile(
        url=reverse("generations:result", args=[job.pk]),
        thumbnail_url="" if job.pruned_at else reverse("generations:thumbnail", args=[job.pk]),
        alt=job.prompt_text[:120],
        title=title(job),
        time=f"{date_format(local, 'j F Y')}, {local:%H:%M}",
        time_iso=local.isoformat(timespec="seconds"),
        tone=TONES[Status(job.status)],
        image_count=job.image_count,
    )


def result(job: GenerationJob, images: tuple[GenerationImage, ...], zone: ZoneInfo) -> Result:
    """The job and its images as a page."""
    failed = job.status == Status.FAILED
    return Result(
        title=title(job),
        status=str(Status(job.status).label),
        tone=TONES[Status(job.status)],
        prompt=job.prompt_text,
        images=tuple(_picture(image) for image in images),
        facts=tuple(_facts(job, zone)),
        activity_url=reverse("activity:item", args=["generation_job", job.pk]),
        retry_url=reverse("generations:retry", args=[job.pk]) if failed else "",
        retry_cost=_("Retry for %s") % credits_word(job.credits_used) if failed else "",
        retried_from_url=reverse("generations:result", args=[job.retried_from_id]) if job.retried_from_id else "",
        error=job.error,
        running=not job.has_ended,
        status_url="" if job.has_ended else reverse("generations:status", args=[job.pk]),
    )


def title(job: GenerationJob) -> str:
    """For example “5 images (HQ) for Luna”."""
    words = [ngettext("%d image", "%d images", job.image_count) % job.image_count]
    if job.quality == Quality.HQ:
        words.append("(HQ)")
    if job.character:
        words.append(_("for %s") % job.character.name)
    return " ".join(words)


def _picture(image: GenerationImage) -> Picture:
    where = [image.job_id, image.position]
    return Picture(
        url=reverse("generations:image", args=where),
        download_url=reverse("generations:download", args=where),
        alt=_("Image %d") % image.position,
        width=image.width,
        height=image.height,
    )


def _facts(job: GenerationJob, zone: ZoneInfo) -> Iterator[Fact]:
    asked = job.created_at.astimezone(zone)
    yield Fact(_("Asked for"), f"{date_format(asked, 'j F Y')}, {asked:%H:%M}")
    yield Fact(_("Quality"), str(Quality(job.quality).label) if job.quality in Quality else job.quality)
    yield Fact(_("Aspect ratio"), job.aspect_ratio)
    yield Fact(_("Cost"), _cost(job))
    if model := job.metadata.get("model"):
        yield Fact(_("Model"), str(model))


def _cost(job: GenerationJob) -> str:
    words = credits_word(job.credits_used)
    return _("%s, refunded") % words if job.status == Status.FAILED else words
