"""The epic's measure of success: more than 30% of weekly active users view Activity.

Counted from our own visits, because PostHog is never a source of truth. Staff aren't counted: they work here. Days
and weeks are UTC's, a week begins on Monday.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import Count, Min, Q
from django.db.models.functions import TruncWeek

from apps.accounts.models import Visit

GOAL: Final = 0.3
WEEKS: Final = 12

_WEEK = timedelta(days=7)
_PEOPLE = Count("user", distinct=True)
_VIEWERS = Count("user", distinct=True, filter=Q(viewed_activity=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """How many people used the product in some span, and how many of them opened the activity page."""

    active: int = 0
    viewers: int = 0

    @property
    def share(self) -> float | None:
        """From 0 to 1; null where nobody was there."""
        return self.viewers / self.active if self.active else None

    @property
    def reaches_goal(self) -> bool:
        """More than the goal: as much as it isn't enough."""
        return self.share is not None and self.share > GOAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week, from the Monday ``begins``; one that isn't over, or wasn't recorded from its first day, is partial."""

    begins: date
    adoption: Adoption
    is_partial: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionReport:
    """The last seven days, the seven before, and the weeks; ``recorded_since`` null while nobody was here at all."""

    now: Adoption
    before: Adoption
    weeks: tuple[Week, ...]
    recorded_since: date | None

    @property
    def change(self) -> float | None:
        """By how much the share moved in a week; null where there is nothing to compare with."""
        if self.now.share is None or self.before.share is None:
            return None
        return self.now.share - self.before.share


def adoption_report(today: date) -> AdoptionReport:
    """The measure as it stands on the day. Four queries, of which none reads more than ``WEEKS`` weeks."""
    since = Visit.objects.aggregate(first=Min("day"))["first"]
    return AdoptionReport(
        now=_within(today - _WEEK + timedelta(days=1), today),
        before=_within(today - 2 * _WEEK + timedelta(days=1), today - _WEEK),
        weeks=tuple(_weeks(today, since)) if since else (),
        recorded_since=since,
    )


def _within(first: date, last: date) -> Adoption:
    counted = Visit.objects.of_customers().between(first, last).aggregate(active=_PEOPLE, viewers=_VIEWERS)
    return Adoption(active=counted["active"], viewers=counted["viewers"])


def _weeks(today: date, since: date) -> list[Week]:
    """The weeks up to this one, oldest first; none from before anything was recorded."""
    this = _monday(today)
    first = max(this - (WEEKS - 1) * _WEEK, _monday(since))
    counted = _by_week(first, today)
    begins = [first + number * _WEEK for number in range((this - first) // _WEEK + 1)]
    return [
        Week(begins=day, adoption=counted.get(day, Adoption()), is_partial=day == this or day < since) for day in begins
    ]


def _by_week(first: date, last: date) -> dict[date, Adoption]:
    visits = Visit.objects.of_customers().between(first, last).annotate(week=TruncWeek("day")).values("week")
    rows = visits.annotate(active=_PEOPLE, viewers=_VIEWERS).values_list("week", "active", "viewers")
    return {week: Adoption(active=active, viewers=viewers) for week, active, viewers in rows}


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
