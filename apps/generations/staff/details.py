"""One generation, whole, as the staff see it: in ready words."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.common.words import duration, grouped, signed
from apps.credits.models import CreditTransaction
from apps.generations.models import GenerationImage, GenerationJob
from apps.generations.staff.presenters import ICONS
from apps.generations.states import Status
from apps.generations.words import LOOKS, title


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as the reader's clock has it, as machines do, and in UTC."""

    text: str
    iso: str
    utc: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value: a text, with a link where there is a page about it, a code, or a moment. An id is a code
    that people copy."""

    label: str
    value: str = ""
    url: str = ""
    code: str = ""
    moment: Moment | None = None
    is_id: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the job's own, and how long after the one before it came."""

    label: str
    moment: Moment
    after: str
    tone: str


@dataclass(frozen=True, slots=True)
class MovementRow:
    """A movement of credits that the job brought about."""

    kind: str
    moment: Moment
    amount: str
    balance_after: str
    id: str
    tone: str


@dataclass(frozen=True, slots=True)
class Picture:
    url: str
    thumbnail_url: str
    alt: str
    size: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage:
    """The page of one job. ``pictures`` null where the reader may not see them; ``gone`` says why there are none."""

    id: str
    title: str
    status: str
    tone: str
    icon: str
    email: str
    user_url: str
    prompt: str
    error: str
    error_code: str
    steps: tuple[Step, ...]
    facts: tuple[Fact, ...]
    parameters: tuple[Fact, ...]
    result: tuple[Fact, ...]
    movements: tuple[MovementRow, ...]
    net: str
    pictures: tuple[Picture, ...] | None
    gone: str


def job_page(
    job: GenerationJob,
    *,
    images: Sequence[GenerationImage] | None,
    movements: Sequence[CreditTransaction],
    retries: Sequence[GenerationJob],
    zone: ZoneInfo,
) -> JobPage:
    """The job with its images (null: not to be shown), the credits it moved, and the jobs that tried it again."""
    status = Status(job.status)
    return JobPage(
        id=str(job.pk),
        title=title(job),
        status=str(status.label),
        tone=LOOKS[status].tone,
        icon=ICONS[status],
        email=job.user.email,
        user_url=reverse("staff:person", args=[job.user.public_id]),
        prompt=job.prompt_text,
        error=job.error,
        error_code=job.error_code,
        steps=tuple(_steps(job, zone)),
        facts=tuple(_facts(job, retries, zone)),
        parameters=tuple(_values({name: value for name, value in job.input.items() if name != "prompt"})),
        result=tuple(_values(job.metadata)),
        movements=tuple(_movement(row, zone) for row in movements),
        net=signed(sum(row.amount for row in movements)),
        pictures=None if images is None else tuple(map(_picture, images)),
        gone=_gone(job, zone),
    )


def moment(at: datetime, zone: ZoneInfo) -> Moment:
    """A time in words, to the second."""
    local = at.astimezone(zone)
    return Moment(
        text=f"{date_format(local, 'j M Y')}, {local:%H:%M:%S} {local.tzname()}",
        iso=local.isoformat(timespec="microseconds"),
        utc=f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC",
    )


def _steps(job: GenerationJob, zone: ZoneInfo) -> Iterator[Step]:
    ended = _("Failed") if job.status == Status.FAILED else _("Finished")
    times = [(_("Queued"), job.created_at), (_("Started"), job.started_at), (ended, job.completed_at)]
    before: datetime | None = None
    for label, at in times:
        if at is None:
            continue
        tone = LOOKS[Status(job.status)].tone if at == job.completed_at else "quiet"
        yield Step(label, moment(at, zone), duration(at - before) if before else "", tone)
        before = at


def _facts(job: GenerationJob, retries: Sequence[GenerationJob], zone: ZoneInfo) -> Iterator[Fact]:
    yield Fact(_("Generation"), code=str(job.pk), is_id=True)
    yield Fact(_("User"), job.user.email, reverse("staff:person", args=[job.user.public_id]))
    if job.character:
        yield Fact(_("AI influencer"), job.character.name)
    yield from _plan_then(job, zone)
    yield Fact(_("Attempts"), grouped(job.attempts))
    yield from _related(job, retries)
    if job.enqueued_at:
        yield Fact(_("Last offered to workers"), moment=moment(job.enqueued_at, zone))
    yield Fact(_("Last changed"), moment=moment(job.updated_at, zone))
    if job.idempotency_key:
        yield Fact(_("Idempotency key"), code=job.idempotency_key, is_id=True)


def _plan_then(job: GenerationJob, zone: ZoneInfo) -> Iterator[Fact]:
    """The plan and the subscription as they were when the job was asked for."""
    yield Fact(_("Plan then"), job.plan.name if job.plan else _("None recorded"))
    if held := job.subscription:
        begins, ends = (f"{date_format(at.astimezone(zone), 'j M Y')}" for at in _period(held))
        words = _("%(status)s, period %(begins)s to %(ends)s")
        yield Fact(_("Subscription"), words % {"status": held.get_status_display(), "begins": begins, "ends": ends})


def _period(held: Any) -> tuple[datetime, datetime]:
    return held.current_period_start, held.current_period_end


def _related(job: GenerationJob, retries: Sequence[GenerationJob]) -> Iterator[Fact]:
    if job.retried_from_id:
        yield _job_fact(_("Tries again"), job.retried_from_id)
    for again in retries:
        yield _job_fact(_("Tried again as"), again.pk)


def _job_fact(label: str, job_id: object) -> Fact:
    return Fact(label, str(job_id), reverse("staff:generation", args=[job_id]))


def _values(values: Mapping[str, Any]) -> Iterator[Fact]:
    """What a JSON object holds, key by key; nested values as JSON."""
    for name, value in values.items():
        yield Fact(name, code=value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _movement(row: CreditTransaction, zone: ZoneInfo) -> MovementRow:
    return MovementRow(
        kind=str(row.get_type_display()),
        moment=moment(row.created_at, zone),
        amount=signed(row.amount),
        balance_after=grouped(row.balance_after),
        id=str(row.pk),
        tone="plus" if row.amount > 0 else "",
    )


def _picture(image: GenerationImage) -> Picture:
    where = [image.job_id, image.position]
    return Picture(
        url=reverse("staff:generation-image", args=where),
        thumbnail_url=reverse("staff:generation-thumbnail", args=where),
        alt=_("Image %d") % image.position,
        size=f"{image.width} × {image.height}",
        width=image.width,
        height=image.height,
    )


def _gone(job: GenerationJob, zone: ZoneInfo) -> str:
    if job.pruned_at:
        day = date_format(job.pruned_at.astimezone(zone), "j F Y")
        return _("The files were removed on %s. The job and its credits stay as they were.") % day
    if job.status == Status.FAILED:
        return _("It failed, so there are no images.")
    return _("There are no images.") if job.has_ended else _("The images are still being made.")
