"""The statement and the files in a real browser: picking a month, reading on, and links that follow the filters."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.credits.models import TransactionType
from tests.activity import histories
from tests.activity.histories import Movement
from tests.conftest import SignedIn
from tests.factories import UserFactory
from tests.pages.conftest import BesideTheBrowser, Screenshot
from tests.running import SESSION_COOKIE

EMAIL = "reader@example.com"
LAST_YEAR = timezone.now().year - 1
MAY = f"{LAST_YEAR}-05"


def sign_in_a_reader() -> str:
    """Someone with a grant in April, and 130 small purchases in May of last year; returns the key of their session."""
    user = UserFactory.create(email=EMAIL)
    april = timezone.now().replace(year=LAST_YEAR, month=4, day=20)
    bought = [
        Movement(uuid4(), TransactionType.PURCHASE, 5, april + timedelta(days=13, hours=3 * number))
        for number in range(130)
    ]
    histories.write(user.pk, [], [Movement(uuid4(), TransactionType.SUBSCRIPTION_GRANT, 300, april), *bought])
    return str(SignedIn(user).session.session_key)


def open_as_reader(page: Page, site: str, beside_the_browser: BesideTheBrowser) -> None:
    session = beside_the_browser(sign_in_a_reader)
    page.context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": site}])
    page.goto(f"{site}/activity/")


def test_a_month_is_chosen_read_to_its_end_and_printed(
    page: Page, site: str, console: list[str], screenshot: Screenshot, beside_the_browser: BesideTheBrowser
) -> None:
    open_as_reader(page, site, beside_the_browser)
    page.get_by_role("link", name="Statement").click()
    page.wait_for_url("**/statement/")
    page.get_by_label("Month").focus()
    page.get_by_label("Month").select_option(MAY)

    expect(page.get_by_role("heading", name=f"May {LAST_YEAR}")).to_be_visible()
    assert page.url.endswith(f"?month={MAY}")
    expect(page.get_by_label("Month")).to_be_focused()
    expect(page.get_by_role("row", name="Opening balance")).to_contain_text("300")
    expect(page.get_by_role("row", name="Closing balance")).to_contain_text("950")
    screenshot("statement")

    movements = page.get_by_role("rowheader", name="Credits bought")
    expect(movements).to_have_count(100)
    page.get_by_role("link", name="Load more").click()
    expect(movements).to_have_count(130)
    expect(page.get_by_role("link", name="Load more")).to_have_count(0)

    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Period")).to_be_hidden()
    expect(page.get_by_text(EMAIL).last).to_be_visible()
    screenshot("statement-on-paper")
    page.emulate_media(media="screen")

    page.get_by_role("link", name=f"April {LAST_YEAR}").click()
    expect(page.get_by_role("row", name="Closing balance")).to_contain_text("300")
    page.go_back()
    expect(page.get_by_role("heading", name=f"May {LAST_YEAR}")).to_be_visible()
    assert console == []


def test_the_links_to_files_follow_the_filters(
    page: Page, site: str, console: list[str], beside_the_browser: BesideTheBrowser
) -> None:
    open_as_reader(page, site, beside_the_browser)
    page.get_by_label("Show").select_option("credits")
    export = page.get_by_role("link", name="Export CSV")
    expect(export).to_have_attribute("href", "/activity/export.csv?range=all_time&type=credits")

    with page.expect_download() as started:
        export.click()

    assert len(started.value.path().read_text().splitlines()) == 1 + 131
    assert started.value.suggested_filename.startswith("activity-")
    assert console == []
