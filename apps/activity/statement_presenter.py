"""A statement in words: its lines, its movements, and the addresses of the periods around it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import ngettext

from apps.activity.items import ActivityItem
from apps.activity.periods import Period, month_of
from apps.activity.presenters import gone_words
from apps.common.words import grouped, signed
from apps.credits.statement import Statement, Total


@dataclass(frozen=True, slots=True)
class Line:
    """One type's sum."""

    label: str
    count: str
    credits: str
    tone: str


@dataclass(frozen=True, slots=True)
class MovementRow:
    """One movement with the balance that it left."""

    url: str
    day: str
    clock: str
    iso: str
    title: str
    note: str
    credits: str
    balance: str
    tone: str


@dataclass(frozen=True, slots=True)
class Month:
    """A month to go to."""

    value: str
    label: str
    is_shown: bool = False

    @property
    def url(self) -> str:
        return f"{reverse('activity:statement')}?month={self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPage:
    """The page of a statement, as the template needs it."""

    title: str
    days: str
    opening: str
    opening_day: str
    lines: tuple[Line, ...]
    closing: str
    closing_day: str
    movements: str
    months: tuple[Month, ...]
    earlier: Month | None
    later: Month | None
    is_month: bool
    first_day: str
    last_day: str
    activity_url: str
    csv_url: str
    time_zone: str


def statement_page(shown: Statement, today: date) -> StatementPage:
    """The statement in words; a month that isn't over yet is told up to today."""
    period, in_activity = Period(shown.first_day, shown.last_day), _query(shown)
    last_told = min(shown.last_day, max(today, shown.first_day))
    began = shown.began_at.astimezone(shown.zone).date() if shown.began_at else today
    return StatementPage(
        title=_month_words(shown.first_day) if period.is_month else _days_words(shown.first_day, shown.last_day),
        days=_days_words(shown.first_day, last_told) if period.is_month else "",
        opening=grouped(shown.opening_balance),
        opening_day=_day_words(shown.first_day),
        lines=tuple(map(_line, shown.totals)),
        closing=grouped(shown.closing_balance),
        closing_day=_day_words(last_told),
        movements=_count_words(shown.movements),
        months=tuple(_months(began, today, period)),
        earlier=_month(period.month_before.first_day) if period.is_month and began < shown.first_day else None,
        later=_month(period.month_after.first_day) if period.is_month and today > shown.last_day else None,
        is_month=period.is_month,
        first_day=shown.first_day.isoformat(),
        last_day=shown.last_day.isoformat(),
        activity_url=f"{reverse('activity:timeline')}?{in_activity}",
        csv_url=f"{reverse('activity:export-csv')}?{in_activity}",
        time_zone=shown.zone.key,
    )


def movement_row(item: ActivityItem, shown: Statement) -> MovementRow:
    """A credit item of the period as a line of its list."""
    local = item.occurred_at.astimezone(shown.zone)
    return MovementRow(
        url=f"{reverse('activity:timeline')}{item.source_type}/{item.id}/",
        day=_short_day_words(local.date(), shown),
        clock=f"{local:%H:%M}",
        iso=local.isoformat(timespec="seconds"),
        title=item.title,
        note=gone_words() if item.is_gone else "",
        credits=signed(item.credits_delta),
        balance=grouped(item.balance_after or 0),
        tone=_tone(item.credits_delta),
    )


def _line(total: Total) -> Line:
    return Line(str(total.type.label), _count_words(total.count), signed(total.credits), _tone(total.credits))


def _tone(credits: int) -> str:
    return "plus" if credits > 0 else ""


def _count_words(count: int) -> str:
    return ngettext("%(count)s movement", "%(count)s movements", count) % {"count": grouped(count)}


def _months(began: date, today: date, shown: Period) -> Iterator[Month]:
    """The months to choose from, newest first: since the account began, and in any case the one that is shown."""
    oldest = min(began, shown.first_day).replace(day=1)
    month = max(month_of(today), month_of(shown.first_day), key=lambda period: period.first_day)
    while month.first_day >= oldest:
        yield _month(month.first_day, is_shown=month == shown)
        month = month.month_before


def _month(first_day: date, *, is_shown: bool = False) -> Month:
    return Month(f"{first_day:%Y-%m}", _month_words(first_day), is_shown)


def _query(shown: Statement) -> str:
    """The same days on the activity page."""
    days = {"from": shown.first_day.isoformat(), "to": shown.last_day.isoformat()}
    return urlencode({"type": "credits"} | days)


def _month_words(day: date) -> str:
    return date_format(day, "YEAR_MONTH_FORMAT")


def _day_words(day: date) -> str:
    return date_format(day, "j F Y")


def _short_day_words(day: date, shown: Statement) -> str:
    return date_format(day, "j M" if shown.first_day.year == shown.last_day.year else "j M Y")


def _days_words(first: date, last: date) -> str:
    """For example “1 – 30 November 2026”, with as much of the first day as differs from the last."""
    if first == last:
        return _day_words(first)
    differing = "j" if (first.year, first.month) == (last.year, last.month) else "j F"
    return f"{date_format(first, differing if first.year == last.year else 'j F Y')} – {_day_words(last)}"
