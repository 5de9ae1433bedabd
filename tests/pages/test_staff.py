"""The staff's area, in a real browser: found from the navigation, readable in both themes and on a phone."""

from collections.abc import Iterator
from datetime import timedelta

from django.contrib.auth.models import Permission
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.accounts.models import Visit
from apps.accounts.visits import write_visits
from tests.conftest import SignedIn
from tests.factories import UserFactory
from tests.pages.accessibility import Screen
from tests.pages.conftest import BesideTheBrowser, Screenshot
from tests.running import SESSION_COOKIE


def staff_session() -> str:
    """The session of someone of the staff, who may see everything."""
    person = UserFactory.create(email="staff@example.com", is_staff=True)
    person.user_permissions.set(Permission.objects.all())
    return str(SignedIn(person).session.session_key)


def give_twelve_weeks() -> None:
    """Ten people, of whom more and more look at their activity."""
    people = UserFactory.create_batch(10)
    today = timezone.now().date()
    write_visits(
        Visit(user=person, day=today - timedelta(days=7 * week), viewed_activity=number * 2 < 12 - week)
        for week in range(12)
        for number, person in enumerate(people)
    )


def sign_in(page: Page, site: str, session: str) -> None:
    page.context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": site}])


def test_staff_find_the_adoption_page_and_its_figures(
    page: Page, site: str, console: list[str], screenshot: Screenshot, beside_the_browser: BesideTheBrowser
) -> None:
    sign_in(page, site, beside_the_browser(staff_session))
    beside_the_browser(give_twelve_weeks)

    page.goto(f"{site}/activity/")
    page.get_by_text("You", exact=True).click()
    page.get_by_role("link", name="Admin").click()
    page.locator("#content").get_by_role("link", name="Adoption").click()

    expect(page.get_by_text("60.0%").first).to_be_visible()
    expect(page.get_by_role("img", name="Share of weekly active users who viewed Activity")).to_be_visible()
    page.get_by_text("The same figures as a table").click()
    expect(page.get_by_role("table")).to_contain_text("incomplete")
    screenshot("adoption")
    assert console == []


def test_the_staffs_pages_have_nothing_that_axe_finds(
    on_screens: Iterator[Screen], site: str, beside_the_browser: BesideTheBrowser
) -> None:
    session = beside_the_browser(staff_session)
    beside_the_browser(give_twelve_weeks)
    for screen in on_screens:
        sign_in(screen.page, site, session)
        for path in ("/admin/", "/admin/adoption/"):
            screen.page.goto(site + path)
            screen.assert_accessible(path)
