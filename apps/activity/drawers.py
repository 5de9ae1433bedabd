"""The drawer: everything about one item, in ready words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.activity.items import ActivityItem, ActivityType, SourceType
from apps.activity.presenters import RowPresenter, credits_effect, label_of
from apps.common.words import credits_word, duration, signed_credits_word
from apps.generations.models import GenerationImage, GenerationJob, Quality
from apps.generations.states import Status

TYPE_LABELS = {
    ActivityType.GENERATION_STARTED: gettext_lazy("Generation started"),
    ActivityType.GENERATION_COMPLETED: gettext_lazy("Generation completed"),
    ActivityType.GENERATION_FAILED: gettext_lazy("Generation failed"),
    ActivityType.CREDITS_CONSUMED: gettext_lazy("Credits used"),
    ActivityType.CREDITS_REFUNDED: gettext_lazy("Credits refunded"),
    ActivityType.CREDITS_REFRESHED: gettext_lazy("Credits refreshed"),
    ActivityType.CREDITS_ADDED: gettext_lazy("Credits added"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as the person reads it, as machines do, and in UTC."""

    text: str
    iso: str
    utc: str


@dataclass(frozen=True, slots=True)
class Anchor:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value; ``kind`` says how to show it: text, time, id or link."""

    label: str
    value: str | Moment | Anchor
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Step:
    """One of the job's own steps, and how long after the one before it came."""

    label: str
    time: str
    time_iso: str
    duration: str
    tone: str


@dataclass(frozen=True, slots=True)
class Linked:
    """The item on the other side: the charge or refund of a job, the job of a transaction."""

    title: str
    url: str
    credits: str


@dataclass(frozen=True, slots=True)
class Preview:
    url: str
    full_url: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Drawer:
    title: str
    tone: str
    icon: str
    type_label: str
    status_label: str
    facts: tuple[Fact, ...]
    steps: tuple[Step, ...]
    error: str
    retry_url: str
    retry_cost: str
    credits: str
    links: tuple[Linked, ...]
    previews: tuple[Preview, ...]
    is_gone: bool
    results_url: str
    close_url: str


def drawer(
    item: ActivityItem,
    *,
    job: GenerationJob | None,
    images: tuple[GenerationImage, ...],
    close_url: str,
    zone: ZoneInfo,
    now: datetime,
) -> Drawer:
    """The drawer of an item, with the job that it is or is linked to."""
    row = RowPresenter(zone, now).row(item)
    own_job = job if item.is_generation else None
    return Drawer(
        title=item.title,
        tone=row.tone,
        icon=row.icon,
        type_label=str(TYPE_LABELS[item.type]),
        status_label=label_of(Status, item.status),
        facts=tuple(_facts(item, zone)),
        steps=tuple(_steps(own_job, zone)) if own_job else (),
        error=own_job.error if own_job else "",
        retry_url=row.retry_url,
        retry_cost=row.retry_cost,
        credits=credits_effect(item),
        links=tuple(_links(item, job)),
        previews=tuple(_preview(image) for image in images),
        is_gone=item.is_gone,
        results_url=reverse("generations:result", args=[job.pk]) if job else "",
        close_url=close_url,
    )


def moment(at: datetime, zone: ZoneInfo) -> Moment:
    """A time in words, in the person's zone and in UTC."""
    local = at.astimezone(zone)
    return Moment(
        text=f"{date_format(local, 'j F Y')}, {local:%H:%M:%S} {local.tzname()}",
        iso=local.isoformat(timespec="microseconds"),
        utc=f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
    )


def _facts(item: ActivityItem, zone: ZoneInfo) -> Iterator[Fact]:
    yield Fact(_("Time"), moment(item.occurred_at, zone), "time")
    if item.character_name:
        yield Fact(_("AI influencer"), item.character_name)
    if item.quality:
        yield Fact(_("Quality"), label_of(Quality, item.quality))
    if item.aspect_ratio:
        yield Fact(_("Aspect ratio"), item.aspect_ratio)
    if item.image_count:
        yield Fact(_("Images"), ngettext("%d image", "%d images", item.image_count) % item.image_count)
    if item.balance_after is not None:
        yield Fact(_("Balance after"), credits_word(item.balance_after))
    yield from _ids(item)


def _ids(item: ActivityItem) -> Iterator[Fact]:
    if item.generation_job_id:
        yield Fact(_("Job ID"), str(item.generation_job_id), "id")
    if item.credit_transaction_id:
        yield Fact(_("Transaction ID"), str(item.credit_transaction_id), "id")
    if item.character_id:
        yield Fact(_("AI influencer ID"), str(item.character_id), "id")


def _steps(job: GenerationJob, zone: ZoneInfo) -> Iterator[Step]:
    """Queued, started, finished: each with how long it took to come to it."""
    ended = _("Failed") if job.status == Status.FAILED else _("Finished")
    moments = [(_("Queued"), job.created_at), (_("Started"), job.started_at), (ended, job.completed_at)]
    before: datetime | None = None
    for label, at in moments:
        if at is None:
            continue
        words = moment(at, zone)
        yield Step(label, words.text, words.iso, duration(at - before) if before else "", _step_tone(job, at))
        before = at


def _step_tone(job: GenerationJob, at: datetime) -> str:
    if at != job.completed_at:
        return "quiet"
    return "failed" if job.status == Status.FAILED else "done"


def _links(item: ActivityItem, job: GenerationJob | None) -> Iterator[Linked]:
    for title, link in ((_("Charge"), item.charge), (_("Refund"), item.refund)):
        if link:
            url = _item_url(SourceType.CREDIT_TRANSACTION, link.id)
            yield Linked(title, url, signed_credits_word(link.amount))
    if job and not item.is_generation:
        yield Linked(_("The generation it paid for"), _item_url(SourceType.GENERATION_JOB, job.pk), "")


def _item_url(source: SourceType, id_: object) -> str:
    return reverse("activity:item", args=[source.value, id_])


def _preview(image: GenerationImage) -> Preview:
    url = reverse("generations:image", args=[image.job_id, image.position])
    thumbnail = reverse("generations:image-thumbnail", args=[image.job_id, image.position])
    return Preview(thumbnail, url, _("Image %d") % image.position, image.width, image.height)
