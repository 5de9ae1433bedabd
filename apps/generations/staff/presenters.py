"""Makes ready words of the staff's list of generations: its rows, its figures, its charts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.common.charts import Bar, BarChart
from apps.common.words import day_in_full, duration, grouped, percent
from apps.generations.models import GenerationJob, Quality
from apps.generations.staff.filters import JobFilters
from apps.generations.staff.statistics import Reach, Statistics, Tally
from apps.generations.states import Status
from apps.generations.words import LOOKS

ICONS = {
    Status.QUEUED: "clock",
    Status.PROCESSING: "loader",
    Status.COMPLETED: "circle-check",
    Status.FAILED: "triangle-alert",
}
CHART_PX = 128
PROMPT_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class JobRow:
    """A line of the list."""

    url: str
    day: str
    time: str
    time_iso: str
    email: str
    user_url: str
    prompt: str
    made: str
    character: str
    plan: str
    model: str
    status: str
    tone: str
    icon: str
    error_code: str
    took: str
    credits: str


@dataclass(frozen=True, slots=True)
class Card:
    """A figure: the number first, then what it is, then what it means."""

    value: str
    label: str
    note: str = ""
    tone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class StepRow:
    """A line of the table that has the charts' figures."""

    label: str
    total: str
    completed: str
    failed: str
    pending: str
    success_rate: str
    median: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The figures over the list; ``covers`` says what they are counted from, ``cut`` where that isn't all."""

    covers: str
    cut: str
    cards: tuple[Card, ...]
    charts: tuple[BarChart, ...]
    step: str
    steps: tuple[StepRow, ...]


def job_row(job: GenerationJob, zone: ZoneInfo) -> JobRow:
    """The job as a line; its user and, where it has them, character and plan are loaded."""
    local, status = job.created_at.astimezone(zone), Status(job.status)
    return JobRow(
        url=reverse("staff:generation", args=[job.pk]),
        day=date_format(local, "j M Y"),
        time=f"{local:%H:%M:%S}",
        time_iso=local.isoformat(timespec="seconds"),
        email=job.user.email,
        user_url=reverse("staff:person", args=[job.user.public_id]),
        prompt=shortened(job.prompt_text, PROMPT_CHARACTERS),
        made=made(job),
        character=job.character.name if job.character else "",
        plan=job.plan.name if job.plan else "",
        model=str(job.metadata.get("model") or ""),
        status=str(status.label),
        tone=LOOKS[status].tone,
        icon=ICONS[status],
        error_code=job.error_code,
        took=took(job),
        credits=grouped(job.credits_used),
    )


def made(job: GenerationJob) -> str:
    """``5 images · HQ · 9:16``."""
    images = ngettext("%d image", "%d images", job.image_count) % job.image_count
    quality = str(Quality(job.quality).label) if job.quality in Quality else job.quality
    return " · ".join(filter(None, (images, quality, job.aspect_ratio)))


def took(job: GenerationJob) -> str:
    """From start to end; empty for a job that hasn't come so far."""
    return duration(job.completed_at - job.started_at) if job.completed_at and job.started_at else ""


def shortened(text: str, characters: int) -> str:
    """The text on one line, cut off where it is longer."""
    line = " ".join(text.split())
    return line if len(line) <= characters else f"{line[: characters - 1].rstrip()}…"


def summary(statistics: Statistics, filters: JobFilters, applied: Mapping[str, str], now: datetime) -> Summary:
    """The figures of what is filtered, said."""
    return Summary(
        covers=covers(filters, now, statistics.reach),
        cut=cut(statistics.reach, filters.zone),
        cards=tuple(_cards(statistics.all, applied)),
        charts=tuple(_charts(statistics)),
        step={"day": _("Day"), "week": _("Week from"), "month": _("Month")}[statistics.step],
        steps=tuple(_step_row(first, tally, statistics.step) for first, tally in reversed(statistics.by_step)),
    )


def covers(filters: JobFilters, now: datetime, reach: Reach) -> str:
    """``Last 30 days: 23 October 2026 to 21 November 2026, days in Europe/London``."""
    first, last = filters.first(now), filters.last(now)
    if first is None and reach.is_whole and reach.back_to:
        first = reach.back_to.astimezone(filters.zone).date()
    period = _("Chosen dates") if filters.has_dates else str(filters.period.label)
    dates = _dates(first, last) if first else _("up to %s") % day_in_full(last)
    return _("%(period)s: %(dates)s, days in %(zone)s") % {"period": period, "dates": dates, "zone": filters.zone.key}


def cut(reach: Reach, zone: ZoneInfo) -> str:
    """What the figures leave out; empty where they leave nothing out."""
    if reach.is_whole or reach.back_to is None:
        return ""
    local = reach.back_to.astimezone(zone)
    return _(
        "There are more generations in these dates than are counted at once. The figures are of the newest %(count)s, "
        "back to %(day)s, %(time)s. Choose fewer days to see earlier ones."
    ) % {"count": grouped(reach.scanned), "day": date_format(local, "j F Y"), "time": f"{local:%H:%M}"}


def median_words(tally: Tally) -> str:
    return "–" if tally.median is None else duration(tally.median)


def list_url(applied: Mapping[str, str], **changes: str) -> str:
    """The address of the list with these filters; a change to nothing takes one away."""
    query = {name: value for name, value in {**applied, **changes}.items() if value}
    return f"{reverse('staff:generations')}?{urlencode(query)}" if query else reverse("staff:generations")


def _dates(first: date, last: date) -> str:
    if first >= last:
        return day_in_full(last)
    return _("%(first)s to %(last)s") % {"first": day_in_full(first), "last": day_in_full(last)}


def _cards(tally: Tally, applied: Mapping[str, str]) -> Iterator[Card]:
    failed, running = "failed" if tally.failed else "", "running" if tally.pending else ""
    yield Card(grouped(tally.total), _("Generations"), url=list_url(applied, status=""))
    yield Card(grouped(tally.completed), _("Success"), tone="done", url=list_url(applied, status="completed"))
    yield Card(grouped(tally.failed), _("Failed"), tone=failed, url=list_url(applied, status="failed"))
    yield Card(grouped(tally.pending), _("Pending"), tone=running, url=list_url(applied, status="pending"))
    yield Card(percent(tally.success_rate), _("Success rate"), _("of those that have ended"))
    yield Card(median_words(tally), _("Median time"), _("from start to end, completed ones"))


def _charts(statistics: Statistics) -> Iterator[BarChart]:
    if len(statistics.by_step) < 2:
        return
    words = {"day": _("by day"), "week": _("by week"), "month": _("by month")}[statistics.step]
    yield _chart("counts", _("Generations %s") % words, statistics, least_top=1)
    yield success_chart(statistics, _("Success rate %s") % words)


def success_chart(statistics: Statistics, title: str) -> BarChart:
    """The success rate over time, always against the whole."""
    return _chart("rates", title, statistics, least_top=1.0, as_rate=True)


def _chart(name: str, title: str, statistics: Statistics, *, least_top: float, as_rate: bool = False) -> BarChart:
    return BarChart(
        name=name,
        title=title,
        description=_("One bar a day, week or month of the dates. The table has the same figures."),
        bars=[_bar(first, tally, statistics.step, as_rate=as_rate) for first, tally in statistics.by_step],
        least_top=least_top,
        height=CHART_PX,
    )


def _bar(first: date, tally: Tally, step: str, *, as_rate: bool) -> Bar:
    label = date_format(first, "M Y" if step == "month" else "j M")
    if as_rate:
        return Bar(label=label, value=tally.success_rate, words=percent(tally.success_rate, decimals=0))
    return Bar(label=label, value=tally.total, words=grouped(tally.total))


def _step_row(first: date, tally: Tally, step: str) -> StepRow:
    return StepRow(
        label=date_format(first, "F Y" if step == "month" else "j F Y"),
        total=grouped(tally.total),
        completed=grouped(tally.completed),
        failed=grouped(tally.failed),
        pending=grouped(tally.pending),
        success_rate=percent(tally.success_rate),
        median=median_words(tally),
    )
