"""The insights: rankings and rates, from the chosen dates alone, and stopped before they hang."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.common.time_limits import TookTooLong
from apps.generations.insights import SHOWN, Rank, insights
from apps.generations.staff.filters import JobFilters
from apps.generations.staff.statistics import Tally
from apps.generations.states import Status
from tests.factories import UserFactory
from tests.generations.staff.past import VIEW, a_job, ago, staff_with
from tests.threads import at_once

PAGE = "/admin/insights/"


@pytest.fixture
def history(owner: User, stranger: User) -> None:
    for _ in range(3):
        a_job(owner, prompt="A quiet beach")
    a_job(owner, prompt=" a quiet BEACH ", model="other-model", took=timedelta(seconds=2))
    a_job(stranger, status=Status.FAILED, code="content_refused", prompt="a hill")
    a_job(stranger, status=Status.FAILED, code="provider_timeout", prompt="a hill")
    a_job(stranger, status=Status.FAILED, code="provider_timeout", prompt="a lake")
    a_job(stranger, status=Status.QUEUED, prompt="a lake")
    a_job(stranger, ago(days=40), prompt="long ago")


@pytest.mark.django_db
@pytest.mark.usefixtures("history")
def test_who_what_and_why_are_ranked() -> None:
    found = insights(JobFilters(), timezone.now())

    assert found.users == (
        Rank("owner@example.com", Tally(completed=4), 8),
        Rank("stranger@example.com", Tally(failed=3, pending=1), 8),
    )
    assert [(each.name.strip().lower(), each.tally.total) for each in found.prompts] == [
        ("a quiet beach", 4), ("a hill", 2), ("a lake", 2),
    ]  # fmt: skip
    assert [(each.name, each.tally.failed) for each in found.failures] == [
        ("provider_timeout", 2), ("content_refused", 1),
    ]  # fmt: skip
    assert found.models == (
        Rank("studio-sketch-1", Tally(completed=3, median=timedelta(seconds=8)), 6),
        Rank("other-model", Tally(completed=1, median=timedelta(seconds=2)), 2),
    )
    assert found.overall.all.total == 8


@pytest.mark.django_db
def test_a_ranking_ends_after_its_first_ten() -> None:
    for number in range(SHOWN + 3):
        a_job(UserFactory.create(), prompt=f"prompt {number}")

    found = insights(JobFilters(), timezone.now())

    assert len(found.users) == len(found.prompts) == SHOWN


@pytest.mark.django_db
@pytest.mark.usefixtures("history")
def test_each_line_leads_to_the_generations_that_it_counts() -> None:
    browser = staff_with(VIEW)

    page = browser.get(f"{PAGE}?period=last_7_days").text

    for url in (
        "/admin/generations/?period=last_7_days&amp;status=failed&amp;error=content_refused",
        "/admin/generations/?period=last_7_days&amp;user=owner%40example.com",
        "/admin/generations/?period=last_7_days&amp;model=other-model",
        "/admin/generations/?period=last_7_days&amp;q=A+quiet+beach",
    ):
        assert f'href="{url}"' in page or f'href="{url.replace("A+quiet+beach", "a+quiet+BEACH")}"' in page, url
    assert "Success rate over time" in page
    assert 'role="img"' in page
    assert "The same figures as a table" in page


@pytest.mark.django_db
def test_quiet_dates_are_said_to_be_quiet() -> None:
    page = staff_with(VIEW).get(f"{PAGE}?from=2020-01-01&to=2020-01-02&status=failed").text

    assert "Chosen dates: 1 January 2020 to 2 January 2020" in page
    assert "Nothing failed in these dates." in page
    assert "couldn" not in page


@pytest.mark.django_db
def test_the_page_takes_thirteen_queries(django_assert_num_queries: DjangoAssertNumQueries, history: None) -> None:
    browser = staff_with(VIEW)
    session_and_user, permissions, limit, questions, addresses = 2, 2, 3, 5, 1

    with django_assert_num_queries(session_and_user + permissions + limit + questions + addresses):
        browser.get(PAGE)


@pytest.mark.usefixtures("committed")
def test_what_takes_too_long_is_stopped_by_the_database() -> None:
    def ask(_: int) -> None:
        insights(JobFilters(), timezone.now(), milliseconds=50)

    with connection.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE generation_jobs")
        outcomes = at_once(1, ask)
        cursor.execute("ROLLBACK")

    assert outcomes.kinds_of_error == {TookTooLong}


@pytest.mark.usefixtures("committed")
def test_the_page_says_so_and_stands() -> None:
    browser = staff_with(VIEW)

    with connection.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE generation_jobs")
        outcomes = at_once(1, lambda _: browser.get(PAGE))
        cursor.execute("ROLLBACK")

    (answer,) = outcomes.answers
    assert answer.status_code == 200
    assert "That took too long to count" in answer.text
