"""The staff's area: its navigation and its first page show what the person may open, and nothing else."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from apps.accounts.models import User
from apps.common import staff_pages
from apps.common.staff_pages import StaffPage, register
from apps.generations.states import Status
from tests.conftest import SignedIn
from tests.factories import UserFactory
from tests.generations.staff.past import VIEW, a_job, ago, staff_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def page_with_a_badge() -> Iterator[StaffPage]:
    """A page as the activity feed is one: with a count beside its title."""
    before = dict(staff_pages._pages)
    yield register(
        StaffPage(
            name="staff:adoption",
            title="Feed",
            about="What happened.",
            icon="flag",
            permission="",
            place=10,
            badge="staff:insights",
            opens_for=lambda user: True,
        )
    )
    staff_pages._pages.clear()
    staff_pages._pages.update(before)


def navigation(page: str) -> list[tuple[str, str]]:
    bar = page.partition('<nav class="staff-nav"')[2].partition("</nav>")[0]
    return re.findall(r'<a href="([^"]+)"(?: aria-current="(\w+)")?', bar)


def test_the_navigation_says_where_one_is(owner: User) -> None:
    job, browser = a_job(owner), staff_with(VIEW, "view_adoption")
    addresses = ["/admin/", "/admin/generations/", "/admin/users/", "/admin/insights/", "/admin/adoption/"]

    here = navigation(browser.get("/admin/generations/").text)
    below = navigation(browser.get(f"/admin/generations/{job.pk}/").text)

    assert [url for url, _current in here if url in addresses] == addresses
    assert dict(here)["/admin/generations/"] == "page"
    assert dict(below)["/admin/generations/"] == "true"
    assert [url for url, current in below if current] == ["/admin/generations/"]


def test_a_badge_is_asked_for_after_the_page_and_kept_fresh(page_with_a_badge: StaffPage) -> None:
    page = staff_with(VIEW).get("/admin/").text

    assert (
        'hx-get="/admin/insights/" hx-trigger="load, every 60s, attention-changed from:body" data-while-visible' in page
    )
    assert navigation(page)[1][0] == "/admin/adoption/"


@time_machine.travel(datetime(2026, 3, 10, 12, tzinfo=UTC), tick=False)
def test_the_first_page_has_todays_figures_with_their_pages(owner: User) -> None:
    for _ in range(3):
        a_job(owner, ago(seconds=9))
    a_job(owner, ago(seconds=9), status=Status.FAILED)
    a_job(owner, ago(days=3), status=Status.PROCESSING)

    page = staff_with(VIEW).get("/admin/").text

    figures = re.findall(r'<strong>([^<]+)</strong><a href="([^"]+)">([^<]+)</a>', page)
    assert [(label, value) for value, _url, label in figures] == [
        ("Generations today", "4"),
        ("Success rate today", "75.0%"),
        ("Running now", "1"),
        ("Failed today", "1"),
    ]
    assert figures[2][1] == "/admin/generations/?period=all_time&amp;status=pending"
    assert figures[3][1] == "/admin/generations/?period=today&amp;status=failed"


def test_figures_are_for_those_who_may_see_what_they_count(owner: User) -> None:
    a_job(owner)

    assert '<ul class="cards"' not in staff_with("view_adoption").get("/admin/").text
    assert '<ul class="cards"' not in SignedIn(UserFactory.create(is_staff=True)).get("/admin/").text
