"""The statement's page: a month, any dates, and the way from one to the next."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.credits.models import TransactionType
from apps.generations.states import Status
from tests.activity import histories
from tests.activity.histories import Job, Movement
from tests.conftest import SignedIn

pytestmark = pytest.mark.django_db

PAGE = "/activity/statement/"
SESSION_AND_USER = 2


@pytest.fixture
def history(owner: User) -> User:
    """Three hundred credits in January 2026, and 240 jobs of one credit from February on, six hours apart."""
    grant = Movement(uuid4(), TransactionType.SUBSCRIPTION_GRANT, 300, datetime(2026, 1, 5, tzinfo=UTC))
    begin = datetime(2026, 2, 1, tzinfo=UTC)
    jobs = [Job(uuid4(), Status.QUEUED, begin + timedelta(hours=6 * number)) for number in range(240)]
    charges = [Movement(uuid4(), TransactionType.GENERATION, -1, job.created_at, job.id) for job in jobs]
    histories.write(owner.pk, jobs, [grant, *charges])
    return owner


def test_a_month_shows_what_was_there_what_moved_and_what_is_left(history: User, browser_of: type[SignedIn]) -> None:
    page = browser_of(history).get(PAGE, {"month": "2026-02"})

    assert page.status_code == 200
    shown = page.context["page"]
    assert (shown.title, shown.days) == ("February 2026", "1 – 28 February 2026")
    assert (shown.opening, shown.closing, shown.movements) == ("300", "188", "112 movements")
    assert [(line.label, line.count, line.credits) for line in shown.lines] == [
        ("Generation", "112 movements", "\N{MINUS SIGN}112")
    ]
    assert (shown.earlier.label, shown.later.label) == ("January 2026", "March 2026")
    assert "owner@example.com" in page.text


def test_dates_of_ones_own_are_a_statement_too(history: User, browser_of: type[SignedIn]) -> None:
    shown = browser_of(history).get(PAGE, {"from": "2026-01-05", "to": "2026-02-01"}).context["page"]

    assert (shown.title, shown.opening, shown.closing) == ("5 January – 1 February 2026", "0", "296")
    assert (shown.earlier, shown.later) == (None, None)
    assert shown.csv_url == "/activity/export.csv?type=credits&from=2026-01-05&to=2026-02-01"


def test_the_running_month_is_told_up_to_today(history: User, browser_of: type[SignedIn]) -> None:
    shown = browser_of(history).get(PAGE).context["page"]
    today = timezone.now().astimezone(history.zone).date()

    assert shown.closing_day.startswith(f"{today.day} ")
    assert shown.later is None


def test_the_first_month_has_none_before_it(history: User, browser_of: type[SignedIn]) -> None:
    shown = browser_of(history).get(PAGE, {"month": "2026-01"}).context["page"]

    assert (shown.earlier, shown.opening) == (None, "0")
    assert shown.months[-1].label == "January 2026"


def test_movements_come_a_hundred_at_a_time_each_once(history: User, browser_of: type[SignedIn]) -> None:
    browser = browser_of(history)
    first = browser.get(PAGE, {"month": "2026-02"})
    rest = browser.get(first.context["next_url"], headers={"HX-Request": "true", "HX-Target": "more-movements"})
    balances = [int(balance) for page in (first, rest) for balance in re.findall(r"<td>(\d+)</td></tr>", page.text)]

    assert balances[2:] == list(range(188, 300))  # behind the opening and the closing balance, which end rows as well
    assert "Load more" not in rest.text
    assert rest.text.lstrip().startswith("<tbody>")
    assert "<h1>" not in rest.text


def test_without_scripts_the_next_hundred_come_with_the_whole_page(history: User, browser_of: type[SignedIn]) -> None:
    browser = browser_of(history)
    rest = browser.get(browser.get(PAGE, {"month": "2026-02"}).context["next_url"])

    assert "<h1>" in rest.text
    assert rest.context["page"].closing == "188"
    assert len(rest.context["rows"]) == 12


def test_a_fragment_is_the_statement_without_the_page(history: User, browser_of: type[SignedIn]) -> None:
    fragment = browser_of(history).get(
        PAGE, {"month": "2026-02"}, headers={"HX-Request": "true", "HX-Target": "statement"}
    )

    assert "Closing balance" in fragment.text
    assert "<h1>" not in fragment.text


@pytest.mark.parametrize("query", [{"month": "nonsense"}, {"from": "2026-01-01"}, {"cursor": "nonsense"}], ids=str)
def test_what_cannot_be_used_is_said(history: User, browser_of: type[SignedIn], query: dict[str, str]) -> None:
    page = browser_of(history).get(PAGE, query)

    assert page.status_code == 200
    assert "callout warning" in page.text


def test_a_stranger_sees_a_statement_of_nothing(history: User, stranger: User, browser_of: type[SignedIn]) -> None:
    page = browser_of(stranger).get(PAGE, {"month": "2026-02"})

    assert "No credit moved in this period." in page.text
    assert page.context["page"].closing == "0"
    assert page.context["rows"] == []


def test_a_strangers_cursor_shows_nothing_of_the_owners(
    history: User, stranger: User, browser_of: type[SignedIn]
) -> None:
    theirs = browser_of(history).get(PAGE, {"month": "2026-02"}).context["next_url"]

    assert browser_of(stranger).get(theirs).context["rows"] == []


def test_the_page_takes_two_statements_beside_the_session(
    history: User, browser_of: type[SignedIn], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser = browser_of(history)
    with django_assert_num_queries(SESSION_AND_USER + 2):
        browser.get(PAGE, {"month": "2026-02"})


@pytest.mark.parametrize("page", ["/activity/", "/credits/"])
def test_activity_and_credits_lead_to_it(history: User, browser_of: type[SignedIn], page: str) -> None:
    assert f'href="{PAGE}"' in browser_of(history).get(page).text
