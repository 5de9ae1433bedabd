"""The issuer's dashboard in ready words: cards, funnel, chart and rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from apps.common.charts import Bar, BarChart, Line
from apps.common.paths import path_to
from apps.common.words import exact_time, grouped, relative_time
from apps.credentials.daily import Day
from apps.credentials.event_types import EventType, Status, status_of
from apps.credentials.feed import Entry, Page
from apps.credentials.stats import Stats


@dataclass(frozen=True, slots=True)
class Card:
    """A figure and what it is."""

    figure: str
    label: str
    about: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the funnel: ``share`` is percent of the first."""

    label: str
    count: str
    share: str
    width: str


@dataclass(frozen=True, slots=True)
class Row:
    """An activity as the list shows it."""

    url: str
    name: str
    recipient: str
    status: Status
    when: str
    when_iso: str
    when_exact: str


@dataclass(frozen=True, slots=True)
class StaffRow:
    """An event of some issuer's."""

    row: Row
    issuer: str
    handle: str


def cards(stats: Stats) -> list[Card]:
    """Sent, claimed, pending, claim rate."""
    median = stats.median_hours_to_claim
    return [
        Card(grouped(stats.total), _("Sent"), _("%(count)s events in all") % {"count": grouped(stats.total_events)}),
        Card(grouped(stats.claimed), _("Claimed"), _hours(median)),
        Card(
            grouped(stats.pending), _("Pending"), _("%(count)s of them in inboxes") % {"count": grouped(stats.created)}
        ),
        Card(percent(stats.claim_rate), _("Claim rate"), _("of what was or may still be claimed")),
    ]


def funnel(stats: Stats) -> list[Step]:
    """Sent, reached an inbox or a profile, claimed: what is lost on the way shows."""
    reached = stats.total - stats.failed
    pairs = [(_("Sent"), stats.total), (_("Reached"), reached), (_("Claimed"), stats.claimed)]
    return [_step(label, count, stats.total) for label, count in pairs]


def chart(days: Sequence[Day]) -> BarChart:
    """A bar a day, with a line at their mean."""
    mean = sum(day.sent for day in days) / max(len(days), 1)
    return BarChart(
        name="sent",
        title=_("Credentials sent by day"),
        description=_("One bar a day, for thirty days. The table has the same figures."),
        bars=[_bar(day) for day in days],
        line=Line(value=mean, words=_("%(number)s a day on average") % {"number": number_format(mean, 1)}),
        least_top=4,
    )


def rows(page: Page, *, now: datetime) -> list[Row]:
    """The rows of a page of activities."""
    return [_row(entry, now) for entry in page.entries]


def staff_rows(entries: Sequence[Entry], *, now: datetime) -> list[StaffRow]:
    """The rows of all issuers' events."""
    return [_staff_row(entry, now) for entry in entries]


def status_of_entry(entry: Entry) -> Status:
    """Where the entry's issuance stands, as of that event."""
    return status_of(entry.standing, EventType(entry.event.event_type))


def recipient_of(entry: Entry) -> str:
    profile = entry.event.recipient_profile
    return profile.display_name if profile else entry.event.recipient_identifier


def activity_url(activity_id: str) -> str:
    return reverse("credentials:activity", args=[activity_id])


def query_url(name: str, query: dict[str, str]) -> str:
    """The address of a page with a query; without one where it is empty."""
    return f"{path_to(name)}?{urlencode(query)}" if query else path_to(name)


def percent(value: float) -> str:
    return _("%(number)s%%") % {"number": number_format(round(value, 1), 1)}


def day_rows(days: Sequence[Day]) -> list[tuple[str, str, str]]:
    """The chart's figures as a table, newest first, quiet days left out."""
    return [
        (date_format(day.date, "j F Y"), grouped(day.sent), grouped(day.claimed)) for day in reversed(days) if day.sent
    ]


def _hours(median: float | None) -> str:
    if median is None:
        return _("none so far")
    return _("after %(hours)s hours, half of them sooner") % {"hours": number_format(median, 1)}


def _step(label: str, count: int, whole: int) -> Step:
    share = 100 * count / whole if whole else 0.0
    return Step(label, grouped(count), percent(share), f"{share:.2f}%")


def _bar(day: Day) -> Bar:
    return Bar(label=date_format(day.date, "j"), value=day.sent, words=grouped(day.sent) if day.sent else "")


def _row(entry: Entry, now: datetime) -> Row:
    event = entry.event
    return Row(
        url=activity_url(event.activity_id),
        name=entry.name,
        recipient=recipient_of(entry),
        status=status_of_entry(entry),
        when=relative_time(event.timestamp, now=now),
        when_iso=event.timestamp.isoformat(),
        when_exact=exact_time(event.timestamp),
    )


def _staff_row(entry: Entry, now: datetime) -> StaffRow:
    actor = entry.event.actor
    url = reverse("staff:credential-activity", args=[actor.handle, entry.event.activity_id])
    return StaffRow(replace(_row(entry, now), url=url), actor.display_name, actor.handle)
