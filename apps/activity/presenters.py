"""Turns items into rows of ready words: each is worked out once, in Python, and the template only places it.

Formatting in the template costs more than reading the page from the database, so dates, links and labels are made
here, with one time zone object and one reversed URL a page.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.activity.filters import TimelineFilters
from apps.activity.items import ActivityItem, ActivityType
from apps.activity.timeline import Cursor, Page
from apps.common.paths import path_to
from apps.common.words import credits_word, day_in_full, grouped, signed, signed_credits_word
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


class Row(NamedTuple):
    """One line of the list; words are still to be escaped, everything else is ready to be placed."""

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
    searched_to: str
    is_filtered: bool
    clear_url: str
    time_zone: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing, as opposed to nothing found so far."""
        return not self.days and not self.next_url


class RowPresenter:
    """Makes rows for one person; holds what all rows of a page share."""

    def __init__(self, zone: ZoneInfo, now: datetime) -> None:
        self._zone, self._today = zone, now.astimezone(zone).date()
        # Asked for once: a thread's own language takes longer to find than most words.
        self._language = get_language()
        self._balance, self._net, self._gone = _("Balance %s"), _("net %s"), gone_words()
        self._items, self._results = path_to("activity:timeline"), path_to("generations:gallery")

    def rows_by_day(self, items: Iterable[ActivityItem], after: date | None) -> Iterator[Day]:
        """The items' rows in days, the first without heading where ``after`` was the same day."""
        at = ((item.occurred_at.astimezone(self._zone), item) for item in items)
        for day, of_day in groupby(at, key=lambda pair: pair[0].date()):
            full = day_in_full(day)
            rows = tuple(self._row(item, local, full) for local, item in of_day)
            yield Day(self._heading(day, full), day.isoformat(), day != after, rows)

    def row(self, item: ActivityItem) -> Row:
        """One item's line."""
        local = item.occurred_at.astimezone(self._zone)
        return self._row(item, local, day_in_full(local.date()))

    def _row(self, item: ActivityItem, local: datetime, day: str) -> Row:
        iso, id_ = local.isoformat(timespec="seconds"), str(item.id)
        icon, tone = _ICON_AND_TONE[item.type]
        url = f"{self._items}{item.source_type}/{id_}/"
        failed = item.type is ActivityType.GENERATION_FAILED
        error = item.description if failed else ""
        return Row(
            dom_id=f"item-{id_}",
            url=url,
            icon=icon,
            tone=tone,
            title=item.title,
            time=iso[11:16],
            time_iso=iso,
            time_exact=f"{day}, {iso[11:19]} {local.tzname()}",
            meta=self._meta(item, error),
            credits=_effect(self._language, *_movement_of(item)),
            credits_note=self._note(item),
            thumbnail_url=f"{self._results}{id_}/thumbnail/" if item.has_result else "",
            refresh_url=f"{url}row/" if item.is_running else "",
            retry_url=f"{self._results}{id_}/retry/" if failed else "",
            retry_cost=retry_words(item) if failed else "",
        )

    def _meta(self, item: ActivityItem, error: str) -> str:
        words = _meta(self._language, _status_of(item), error, item.quality, item.aspect_ratio)
        return f"{words} · {self._gone}" if item.is_gone and item.is_generation else words

    def _note(self, item: ActivityItem) -> str:
        """What was left after a movement, or what a refunded job cost all in all."""
        if item.balance_after is not None:
            return self._balance % grouped(item.balance_after)
        return self._net % signed(item.credits_delta) if item.refund else ""

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
        searched_to=_searched_to(page, filters.zone),
        is_filtered=filters.is_active,
        clear_url=path_to("activity:timeline"),
        time_zone=filters.zone.key,
    )


def export_links(applied: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The format and the address of each file that holds what the applied filters show."""
    query = f"?{urlencode(applied)}" if applied else ""
    return tuple((name, path_to(view) + query) for name, view in _EXPORTS.items())


def credits_effect(item: ActivityItem) -> str:
    """For example “−10 credits”, “−10, +10 refunded” or, where nothing moved, nothing."""
    return _effect(get_language(), *_movement_of(item))


def _movement_of(item: ActivityItem) -> tuple[int, int | None]:
    """What the item took or gave and, of a job that was paid for and refunded, what came back."""
    if item.charge and item.refund:
        return item.charge.amount, item.refund.amount
    return item.credits_delta, None


# What rows say alike is put into words once a language.
@lru_cache(maxsize=2_000)
def _effect(_language: str | None, amount: int, refund: int | None) -> str:
    if refund is not None:
        return _("%(charge)s, %(refund)s refunded") % {"charge": signed(amount), "refund": signed(refund)}
    return signed_credits_word(amount) if amount else ""


def retry_words(item: ActivityItem) -> str:
    """What the button that tries a failed job again says: with its price."""
    return _("Retry for %s") % credits_word(-item.charge.amount) if item.charge else _("Retry")


def gone_words() -> str:
    """What is said of images whose files were removed by age."""
    return _("images no longer kept")


def _status_of(item: ActivityItem) -> str | None:
    """A transaction bears the status of its job, which isn't its own."""
    return item.status if item.is_generation else None


@lru_cache(maxsize=2_000)
def _meta(_language: str | None, status: str | None, error: str, quality: str | None, aspect_ratio: str | None) -> str:
    """The quiet second line after the time."""
    said = _("Failed: %s") % error if status == Status.FAILED else label_of(Status, status)
    return " · ".join(part for part in (said, label_of(Quality, quality), aspect_ratio) if part)


def label_of(choices: type[TextChoices], value: str | None) -> str:
    """The choice's label, or nothing for a value that is none of them."""
    return str(choices(value).label) if value and value in choices else ""


def _searched_to(page: Page, zone: ZoneInfo) -> str:
    """The day that a search has come back to; empty where it has come to its end."""
    return day_in_full(page.searched_to.astimezone(zone).date()) if page.searched_to else ""


def _next_url(page: Page, filters: TimelineFilters, query: QueryDict) -> str:
    if page.next_cursor is None:
        return ""
    kept = query.copy()
    kept["cursor"] = page.next_cursor.encode(filters)
    return f"{path_to('activity:timeline')}?{kept.urlencode()}"
