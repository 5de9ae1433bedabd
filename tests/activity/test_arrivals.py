"""What came while someone was reading: offered by number, put on top when asked for, never twice."""

import re

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.credits import ledger
from apps.generations import operations, production
from tests.conftest import SignedIn
from tests.factories import UserFactory, on_plan, wish

pytestmark = pytest.mark.usefixtures("committed")


def address(html: str, attribute: str, path: str) -> str:
    found = re.search(rf'{attribute}="({path}[^"]*)"', html)
    assert found, html
    return found[1].replace("&amp;", "&")


def award(user: User, number: int) -> None:
    ledger.award_bonus(user=user, credits=1, key=f"bonus:{number}", by=None)


@pytest.fixture
def reader() -> User:
    return on_plan(UserFactory.create())


@pytest.fixture
def browser(reader: User) -> Client:
    return SignedIn(reader)


def test_nothing_new_is_offered_while_nothing_came(browser: Client) -> None:
    ask = address(browser.get("/activity/").text, "hx-get", "/activity/new/")

    assert "new</a>" not in browser.get(ask).text


def test_what_came_is_counted_and_put_into_its_day(browser: Client, reader: User) -> None:
    ask = address(browser.get("/activity/").text, "hx-get", "/activity/new/")
    for number in range(3):
        award(reader, number)

    offered = browser.get(ask).text
    assert "3 new" in offered

    rows = browser.get(address(offered, "hx-get", "/activity/new/rows/")).text
    assert rows.count("Bonus credits") == 3
    assert 'hx-swap-oob="afterbegin:#day-' in rows
    assert "<h2>" not in rows


def test_what_was_put_on_top_is_not_offered_again(browser: Client, reader: User) -> None:
    ask = address(browser.get("/activity/").text, "hx-get", "/activity/new/")
    award(reader, 1)
    rows = browser.get(address(browser.get(ask).text, "hx-get", "/activity/new/rows/")).text

    assert "new</a>" not in browser.get(address(rows, "hx-get", "/activity/new/")).text


def test_a_job_that_only_moved_is_not_new(browser: Client, reader: User) -> None:
    job = operations.request(user=reader, wish=wish())
    ask = address(browser.get("/activity/").text, "hx-get", "/activity/new/")

    production.produce(job.pk, attempt=1)

    assert "new</a>" not in browser.get(ask).text


def test_filters_hold_for_what_is_new(browser: Client, reader: User) -> None:
    ask = address(browser.get("/activity/?type=generation").text, "hx-get", "/activity/new/")
    award(reader, 1)
    operations.request(user=reader, wish=wish())

    assert "1 new" in browser.get(ask).text


def test_without_a_trustworthy_mark_asking_stops(browser: Client) -> None:
    assert browser.get("/activity/new/?seen=nonsense").status_code == 286
    assert browser.get("/activity/new/rows/?seen=nonsense").headers["HX-Refresh"] == "true"


def test_another_persons_news_are_not_ones_own(browser: Client) -> None:
    ask = address(browser.get("/activity/").text, "hx-get", "/activity/new/")
    award(UserFactory.create(), 1)

    assert "new</a>" not in browser.get(ask).text
