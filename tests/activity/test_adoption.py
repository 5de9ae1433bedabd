"""The measure of success, and the staff's page that shows it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User, Visit
from apps.accounts.visits import write_visits
from apps.activity.adoption import WEEKS, Adoption, adoption_report
from apps.activity.adoption_presenter import adoption_page
from tests.conftest import SignedIn
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PAGE = "/admin/adoption/"
TODAY = date(2026, 3, 4)  # a Wednesday
MONDAY = date(2026, 3, 2)
WEEK = timedelta(days=7)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def reader(teammate: User) -> Client:
    """Of the staff, with the permission."""
    teammate.user_permissions.add(Permission.objects.get(codename="view_adoption"))
    return SignedIn(teammate)


def came(*days: date, viewed: bool = False, person: User | None = None) -> User:
    person = person or UserFactory.create()
    write_visits(Visit(user=person, day=day, viewed_activity=viewed) for day in days)
    return person


def several(number: int, *days: date, viewed: bool = False) -> None:
    for _ in range(number):
        came(*days, viewed=viewed)


def days_before(*numbers: int) -> Iterable[date]:
    return [TODAY - timedelta(days=number) for number in numbers]


def test_a_person_counts_once_however_often_they_came() -> None:
    person = came(*days_before(0, 1, 2, 6))
    came(TODAY, viewed=True, person=person)
    came(TODAY)

    assert adoption_report(TODAY).now == Adoption(active=2, viewers=1)


def test_seven_days_are_today_and_the_six_before() -> None:
    came(*days_before(6), viewed=True)
    came(*days_before(7))
    came(*days_before(13))
    came(*days_before(14))

    report = adoption_report(TODAY)

    assert report.now == Adoption(active=1, viewers=1)
    assert report.before == Adoption(active=2, viewers=0)
    assert report.change == 1


def test_staff_are_not_counted() -> None:
    came(TODAY, MONDAY, viewed=True, person=UserFactory.create(is_staff=True))

    report = adoption_report(TODAY)

    assert report.now == Adoption()
    assert report.weeks[-1].adoption == Adoption()


@pytest.mark.parametrize(("viewers", "reached"), [(2, False), (3, False), (4, True)])
def test_the_goal_is_more_than_thirty_percent(viewers: int, reached: bool) -> None:
    several(viewers, TODAY, viewed=True)
    several(10 - viewers, TODAY)

    assert adoption_report(TODAY).now.reaches_goal is reached


def test_weeks_begin_on_monday_and_one_without_visits_is_shown_as_such() -> None:
    came(MONDAY - 2 * WEEK, viewed=True)
    came(MONDAY - timedelta(days=1))
    came(MONDAY, viewed=True)

    weeks = adoption_report(TODAY).weeks

    assert [(week.begins, week.adoption.active, week.adoption.viewers) for week in weeks] == [
        (MONDAY - 2 * WEEK, 1, 1),
        (MONDAY - WEEK, 1, 0),
        (MONDAY, 1, 1),
    ]
    assert [week.is_partial for week in weeks] == [False, False, True]


def test_no_week_is_made_up_from_before_the_first_visit() -> None:
    came(MONDAY - WEEK + timedelta(days=2))

    weeks = adoption_report(TODAY).weeks

    assert [week.begins for week in weeks] == [MONDAY - WEEK, MONDAY]
    assert weeks[0].is_partial


def test_no_more_than_the_last_weeks_are_shown() -> None:
    came(*(MONDAY - number * WEEK for number in range(WEEKS + 5)))

    weeks = adoption_report(TODAY).weeks

    assert len(weeks) == WEEKS
    assert weeks[-1].begins == MONDAY


def test_the_share_is_said_as_exactly_as_the_goal_needs() -> None:
    several(304, TODAY, viewed=True)
    several(696, TODAY)

    page = adoption_page(adoption_report(TODAY))

    assert (page.share, page.goal, page.reaches_goal) == ("30.4%", "30%", True)
    assert page.change == ""


@time_machine.travel(NOON, tick=False)
def test_the_page_shows_the_number_the_goal_and_the_weeks(reader: Client) -> None:
    several(2, TODAY, TODAY - WEEK, viewed=True)
    several(2, TODAY)
    came(TODAY - WEEK)

    page = reader.get(PAGE)

    assert "<strong>50.0%</strong>" in page.text
    assert "Above the goal of 30%" in page.text
    assert "4 people in the last 7 days" in page.text
    assert "\N{MINUS SIGN}16.7 percentage points" in page.text
    assert page.text.count('<g class="chart-bar') == 2
    assert "<td>66.7%</td>" in page.text
    assert "since 25 February 2026" in page.text


@time_machine.travel(NOON, tick=False)
def test_a_quiet_week_is_said_and_nothing_is_divided_by_nobody(reader: Client) -> None:
    came(TODAY - 2 * WEEK)

    page = reader.get(PAGE)

    assert "Nobody was here in the last 7 days" in page.text
    assert "–" in page.text


def test_the_page_of_a_new_installation_has_no_chart(reader: Client) -> None:
    assert '<svg class="chart"' not in reader.get(PAGE).text


def test_the_page_takes_eight_queries(reader: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    several(3, TODAY, viewed=True)
    session_and_user, permissions, report = 2, 2, 4

    with django_assert_num_queries(session_and_user + permissions + report):
        reader.get(PAGE)


def test_the_staffs_first_page_lists_what_the_person_may_open(reader: Client, stranger: User) -> None:
    without = SignedIn(UserFactory.create(is_staff=True))

    assert PAGE in reader.get("/admin/").text
    assert PAGE not in without.get("/admin/").text
    assert "There is nothing here for you yet" in without.get("/admin/").text


def test_only_staff_are_shown_the_way_there(reader: Client, stranger: User) -> None:
    assert 'href="/admin/"' in reader.get("/activity/").text
    assert "/admin/" not in SignedIn(stranger).get("/activity/").text


@pytest.mark.parametrize("address", ["/admin/", PAGE])
def test_for_a_stranger_the_area_does_not_exist(stranger: User, address: str) -> None:
    visitor = SignedIn(stranger)

    assert visitor.get(address).status_code == 404
    assert visitor.get(address).content == visitor.get("/admin-of-nothing/").content
