"""The figures over the list: what the filters leave, counted, and how far back that reaches."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.generations.staff.filters import JobFilters, Period, State
from apps.generations.staff.presenters import summary
from apps.generations.staff.statistics import Tally, statistics
from apps.generations.states import Status
from tests.generations.staff.past import a_job, ago

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ALL = JobFilters(period=Period.ALL_TIME)


def test_the_tally_counts_by_how_jobs_ended(owner: User) -> None:
    for seconds in (2, 4, 60):
        a_job(owner, took=timedelta(seconds=seconds))
    a_job(owner, status=Status.FAILED, took=timedelta(hours=1))
    a_job(owner, status=Status.QUEUED)
    a_job(owner, status=Status.PROCESSING)

    tally = statistics(JobFilters(), timezone.now()).all

    assert tally == Tally(completed=3, failed=1, pending=2, median=timedelta(seconds=4))
    assert (tally.total, tally.success_rate) == (6, 0.75)


def test_nothing_is_divided_by_nothing() -> None:
    found = statistics(JobFilters(), timezone.now())

    assert (found.all.success_rate, found.all.median, found.by_step) == (None, None, ())
    assert [card.value for card in summary(found, JobFilters(), {}, timezone.now()).cards][-2:] == ["–", "–"]


def test_the_figures_follow_the_filters(owner: User, stranger: User) -> None:
    a_job(owner)
    a_job(owner, status=Status.FAILED, prompt="a lighthouse")
    a_job(stranger)
    a_job(owner, ago(days=40))
    now = timezone.now()

    assert statistics(JobFilters(), now).all.total == 3
    assert statistics(ALL, now).all.total == 4
    assert statistics(JobFilters(user_id=owner.pk), now).all.total == 2
    assert statistics(JobFilters(state=State.FAILED), now).all.total == 1
    assert statistics(JobFilters(words=("light",)), now).all == Tally(failed=1)


def test_days_are_those_of_the_reader_and_none_is_left_out(owner: User) -> None:
    a_job(owner, datetime(2026, 3, 9, 23, 30, tzinfo=UTC))
    a_job(owner, datetime(2026, 3, 7, 12, tzinfo=UTC))

    found = statistics(JobFilters(period=Period.LAST_7_DAYS, zone=ZoneInfo("Europe/Berlin")), NOW)

    assert found.step == "day"
    assert [day for day, _tally in found.by_step] == [date(2026, 3, day) for day in range(4, 11)]
    assert {day.day: tally.total for day, tally in found.by_step if tally.total} == {7: 1, 10: 1}


@pytest.mark.parametrize(
    ("filters", "step", "first"),
    [
        (JobFilters(first_day=date(2026, 1, 10)), "day", date(2026, 1, 10)),
        (JobFilters(first_day=date(2026, 1, 1)), "week", date(2025, 12, 29)),
        (JobFilters(first_day=date(2024, 5, 20)), "month", date(2024, 5, 1)),
        (ALL, "month", date(2026, 3, 1)),
    ],
)
def test_long_ranges_are_told_by_weeks_and_months(owner: User, filters: JobFilters, step: str, first: date) -> None:
    a_job(owner, NOW - timedelta(hours=1))

    found = statistics(filters, NOW)

    assert (found.step, found.by_step[0][0]) == (step, first)
    assert found.by_step[-1][1].total == 1
    assert len(found.by_step) <= 62


def test_more_jobs_than_are_counted_at_once_are_cut_off_and_said(owner: User) -> None:
    made = [a_job(owner, NOW - timedelta(days=days)) for days in range(1, 9)]
    a_job(owner, NOW, status=Status.FAILED)

    found = statistics(JobFilters(), NOW, most=5)
    shown = summary(found, JobFilters(), {}, NOW)

    assert (found.all.total, found.reach.is_whole, found.reach.back_to) == (5, False, made[3].created_at)
    assert found.by_step[0][0] == made[3].created_at.date()
    assert "newest 5, back to 6 March 2026, 12:00" in shown.cut


def test_what_was_looked_at_and_does_not_match_still_counts_towards_the_bound(owner: User) -> None:
    a_job(owner, NOW - timedelta(days=5), prompt="a lighthouse")
    for hours in range(1, 5):
        a_job(owner, NOW - timedelta(hours=hours))

    found = statistics(JobFilters(words=("lighthouse",)), NOW, most=3)

    assert (found.all.total, found.reach.is_whole) == (0, False)


def test_the_page_says_which_days_its_figures_cover(owner: User) -> None:
    a_job(owner, NOW)
    london = JobFilters(zone=ZoneInfo("Europe/London"))
    dates = JobFilters(first_day=date(2026, 3, 9), last_day=date(2026, 3, 9))

    said = [summary(statistics(each, NOW), each, {}, NOW).covers for each in (london, dates, ALL)]

    assert said == [
        "Last 30 days: 9 February 2026 to 10 March 2026, days in Europe/London",
        "Chosen dates: 9 March 2026, days in UTC",
        "All time: 10 March 2026, days in UTC",
    ]
