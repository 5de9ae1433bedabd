"""Turns items into rows of ready words: each is worked out once, in Python, and the template only places it.

Formatting in the template costs more than reading the page from the database, so dates, links and labels are made
here, with one time zone object and one reversed URL a page.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.activity.filters import TimelineFilters
from apps.activity.items import ActivityItem, ActivityType
from apps.activity.timeline import Cursor, Page
from apps.common.words import credits_word, grouped, signed, signed_credits_word
from apps.generations.models import Quality
from apps.generations.states import Status

_ICON_AND_TONE = {
    ActivityType.GENERATION_STARTED: ("loader", "running"),
    ActivityType.GENERATION_COMPLETED: ("images", "done"),
    ActivityType.GENERATION_FAILED: ("triangle-alert", "failed"),
    ActivityType.CREDITS_CONSUMED: ("coins", "quiet"),
    ActivityType.CREDITS_REFUNDED: ("undo-2", "plus"),
    ActivityType.CREDITS_REFRESHED: ("refresh-cw", "plus"),
    ActivityType.CREDITS_ADDED: ("plus", "plus"),
}

_EXPORTS = {"CSV": "activity:export-csv", "JSON": "activity:export-json"}

ICONS = tuple(icon for icon, _tone in _ICON_AND_TONE.values())


class Placed:
    """Values for a template, which asks for ``row["title"]`` before ``row.title``.

    Answering at once spares it an exception a value, which took longer than all else about placing it.
    """

    __slots__ = ()

    def __getitem__(self, name: str) -> object:
        return getattr(self, name)


@dataclass(frozen=True, slots=True)
class Row(Placed):
    """One line of the list; every value is ready to be placed."""

    dom_id: str
    url: str
    icon: str
    tone: str
    title: str
    time: str
    time_iso: str
    time_exact: str
    meta: str
    credits: str
    credits_note: str
    thumbnail_url: str
    refresh_url: str
    retry_url: str
    retry_cost: str


@dataclass(frozen=True, slots=True)
class Day(Placed):
    """The rows of one day; the heading is left out where the list goes on with the day it broke off in."""

    label: str
    date: str
    show_heading: bool
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class ListPage(Placed):
    """A page of the list, as the template needs it."""

    days: tuple[Day, ...]
    next_url: str
    is_filtered: bool
    clear_url: str
    time_zone: str

    @property
    def is_empty(self) -> bool:
        return not self.days


class RowPresenter:
    """Makes rows for one person; holds what all rows of a page share."""

    def __init__(self, zone: ZoneInfo, now: datetime) -> None:
        self._zone = zone
        self._today = now.astimezone(zone).date()
        self._days: dict[date, tuple[str, str]] = {}

    def rows_by_day(self, items: Iterable[ActivityItem], after: date | None) -> Iterator[Day]:
        """The items' rows in days, the first without heading where ``after`` was the same day."""
        for day, of_day in groupby(items, key=self.day_of):
            rows = tuple(self.row(item) for item in of_day)
            yield Day(self._day(day)[0], day.isoformat(), day != after, rows)

    def day_of(self, item: ActivityItem) -> date:
        """The day in the person's time zone."""
        return item.occurred_at.astimezone(self._zone).date()

    def row(self, item: ActivityItem) -> Row:
        """One item's line."""
        local = item.occurred_at.astimezone(self._zone)
        clock = f"{local:%H:%M}"
        icon, tone = _ICON_AND_TONE[item.type]
        url = f"{_urls.items}{item.source_type}/{item.id}/"
        failed = item.type is ActivityType.GENERATION_FAILED
        return Row(
            dom_id=f"item-{item.id}",
            url=url,
            icon=icon,
            tone=tone,
            title=item.title,
            time=clock,
            time_iso=local.isoformat(timespec="seconds"),
            time_exact=f"{self._day(local.date())[1]}, {local:%H:%M:%S} {local.tzname()}",
            meta=_meta(item),
            credits=credits_effect(item),
            credits_note=_credits_note(item),
            thumbnail_url=f"{_urls.results}{item.id}/thumbnail/" if item.has_result else "",
            refresh_url=f"{url}row/" if item.is_running else "",
            retry_url=f"{_urls.results}{item.id}/retry/" if failed else "",
            retry_cost=retry_words(item) if failed else "",
        )

    def _day(self, day: date) -> tuple[str, str]:
        """The day as its heading and in full, worked out once a page."""
        if day not in self._days:
            full = date_format(day, "j F Y")
            self._days[day] = (self._heading(day, full), full)
        return self._days[day]

    def _heading(self, day: date, full: str) -> str:
        if day == self._today:
            return _("Today")
        return _("Yesterday") if day == self._today - timedelta(days=1) else full


def list_page(
    page: Page, *, filters: TimelineFilters, query: QueryDict, goes_on_after: Cursor | None, now: datetime
) -> ListPage:
    """The page of the list; one that goes on after rows already shown doesn't repeat the heading of their day."""
    presenter = RowPresenter(filters.zone, now)
    last = goes_on_after.position.occurred_at if goes_on_after else None
    after = last.astimezone(filters.zone).date() if last else None
    return ListPage(
        days=tuple(presenter.rows_by_day(page.items, after)),
        next_url=_next_url(page, filters, query),
        is_filtered=filters.is_active,
        clear_url=_urls.items,
        time_zone=filters.zone.key,
    )


def export_links(applied: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The format and the address of each file that holds what the applied filters show."""
    query = f"?{urlencode(applied)}" if applied else ""
    return tuple((name, reverse(view) + query) for name, view in _EXPORTS.items())


def credits_effect(item: ActivityItem) -> str:
    """For example “−10 credits”, “−10, +10 refunded” or, where nothing moved, nothing."""
    if item.is_generation and item.charge and item.refund:
        return _("%(charge)s, %(refund)s refunded") % {
            "charge": signed(item.charge.amount),
            "refund": signed(item.refund.amount),
        }
    return signed_credits_word(item.credits_delta) if item.credits_delta else ""


def retry_words(item: ActivityItem) -> str:
    """What the button that tries a failed job again says: with its price."""
    return _("Retry for %s") % credits_word(-item.charge.amount) if item.charge else _("Retry")


def _credits_note(item: ActivityItem) -> str:
    if item.balance_after is not None:
        return _("Balance %s") % grouped(item.balance_after)
    return _("net %s") % signed(item.credits_delta) if item.refund else ""


def _meta(item: ActivityItem) -> str:
    """The quiet second line after the time."""
    return " · ".join(part for part in (_status_words(item), _quality(item), item.aspect_ratio) if part)


def _status_words(item: ActivityItem) -> str:
    if not item.is_generation:
        return ""
    if item.status == Status.FAILED:
        return _("Failed: %s") % item.description
    return label_of(Status, item.status)


def _quality(item: ActivityItem) -> str:
    return label_of(Quality, item.quality)


def label_of(choices: type[TextChoices], value: str | None) -> str:
    """The choice's label, or nothing for a value that is none of them."""
    return str(choices(value).label) if value and value in choices else ""


def _next_url(page: Page, filters: TimelineFilters, query: QueryDict) -> str:
    if page.next_cursor is None:
        return ""
    kept = query.copy()
    kept["cursor"] = page.next_cursor.encode(filters)
    return f"{_urls.items}?{kept.urlencode()}"


class _Urls:
    """The two prefixes that every row's links begin with, reversed once."""

    @cached_property
    def items(self) -> str:
        return reverse("activity:timeline")

    @cached_property
    def results(self) -> str:
        return reverse("generations:gallery")


_urls = _Urls()
