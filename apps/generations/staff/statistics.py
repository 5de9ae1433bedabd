"""How many generations there were, how they ended and how long they took: in all and by days, weeks or months."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from apps.generations.staff.filters import JobFilters
from apps.generations.staff.scan import COMPLETED, FAILED, PENDING, Scan

# What the figures of a page are counted from at most: the newest so many of the dates that were asked for.
MOST_COUNTED = 100_000

_DAYS_SHOWN_SINGLY, _DAYS_SHOWN_BY_WEEK = 62, 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Jobs counted by how they ended; ``median`` is the time from start to end of the completed ones."""

    completed: int = 0
    failed: int = 0
    pending: int = 0
    median: timedelta | None = None

    @property
    def total(self) -> int:
        return self.completed + self.failed + self.pending

    @property
    def success_rate(self) -> float | None:
        """Completed of those that have ended, from 0 to 1; null where none has."""
        ended = self.completed + self.failed
        return self.completed / ended if ended else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What was looked at: so many jobs, back to the oldest of them. ``is_whole`` where the dates hold no others."""

    scanned: int
    back_to: datetime | None
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """The tally of all and of each ``step`` (day, week or month) of the dates, by its first day."""

    all: Tally
    by_step: tuple[tuple[date, Tally], ...]
    step: str
    reach: Reach


def statistics(filters: JobFilters, now: datetime, *, most: int = MOST_COUNTED) -> Statistics:
    """The figures of the jobs that the filters leave, in one statement that reads at most ``most`` of them."""
    step = _step(filters, now)
    scan = Scan(filters, now, most)
    rows = scan.read(_query(scan), step=step, zone=filters.zone.key)
    tallies = {row[0]: _tally(row) for row in rows if row[0] is not None}
    whole = next(row for row in rows if row[0] is None)
    reach = Reach(scanned=whole[5], back_to=whole[6], is_whole=whole[5] < most)
    return Statistics(
        all=_tally(whole),
        by_step=tuple((first, tallies.get(first, Tally())) for first in _steps(filters, now, step, reach)),
        step=step,
        reach=reach,
    )


def _query(scan: Scan) -> str:
    return f"""
    SELECT first, count(*) FILTER (WHERE matches AND {COMPLETED}), count(*) FILTER (WHERE matches AND {FAILED}),
           count(*) FILTER (WHERE matches AND {PENDING}),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY took) FILTER (WHERE matches AND {COMPLETED}),
           count(*), min(created_at)
      FROM (SELECT kind, took, created_at, {scan.matches()} AS matches,
                   date_trunc(%(step)s, created_at AT TIME ZONE %(zone)s)::date AS first
              FROM {scan.jobs()}) AS looked_at
     GROUP BY GROUPING SETS ((), (first))
    """


def _tally(row: tuple[Any, ...]) -> Tally:
    return Tally(completed=row[1], failed=row[2], pending=row[3], median=row[4])


def _step(filters: JobFilters, now: datetime) -> str:
    first = filters.first(now)
    days = (filters.last(now) - first).days if first else _DAYS_SHOWN_BY_WEEK
    if days < _DAYS_SHOWN_SINGLY:
        return "day"
    return "week" if days < _DAYS_SHOWN_BY_WEEK else "month"


def _steps(filters: JobFilters, now: datetime, step: str, reach: Reach) -> list[date]:
    """The first days of the steps that were looked at, without a gap, oldest first."""
    if reach.back_to is None:
        return []
    asked = filters.first(now)
    first = asked if asked and reach.is_whole else reach.back_to.astimezone(filters.zone).date()
    return _between(_beginning(first, step), filters.last(now), step)


def _between(first: date, last: date, step: str) -> list[date]:
    steps = [first]
    while (following := _following(steps[-1], step)) <= last:
        steps.append(following)
    return steps


def _beginning(day: date, step: str) -> date:
    if step == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if step == "week" else day


def _following(day: date, step: str) -> date:
    if step == "month":
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day + timedelta(days=7 if step == "week" else 1)
