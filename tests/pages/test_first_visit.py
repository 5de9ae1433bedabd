"""A person's first visit, in a real browser: sign up, generate, watch, and find the job and its charge."""

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.credits import ledger
from tests.factories import PASSWORD
from tests.pages.accessibility import Screen
from tests.pages.conftest import BesideTheBrowser, Screenshot

EMAIL = "newcomer@example.com"
PAGES = (
    "/activity/",
    "/activity/?type=generation",
    "/activity/statement/",
    "/generate/",
    "/gallery/",
    "/characters/",
    "/credits/",
    "/credits/plan/",
    "/account/",
)


def sign_up(page: Page, site: str) -> None:
    page.goto(f"{site}/accounts/signup/")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").first.fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/activity/")


def generate(page: Page, site: str) -> None:
    page.goto(f"{site}/characters/")
    page.get_by_label("Name").fill("Luna")
    page.locator("main form button").last.click()
    page.goto(f"{site}/generate/")
    page.get_by_label("AI influencer").select_option(label="Luna")
    page.get_by_label("Prompt", exact=True).fill("Golden hour on a quiet beach")
    page.get_by_role("button", name="Generate for").click()


def give_a_long_history() -> None:
    user = User.objects.get(email=EMAIL)
    for number in range(60):
        ledger.award_bonus(user=user, credits=1, key=f"bonus:{number}", by=None)


def test_a_newcomer_generates_an_image_and_sees_where_the_credit_went(
    page: Page, site: str, console: list[str], screenshot: Screenshot, beside_the_browser: BesideTheBrowser
) -> None:
    sign_up(page, site)
    generate(page, site)
    expect(page.locator("#result img").first).to_be_visible(timeout=60_000)
    screenshot("result")

    page.goto(f"{site}/activity/")
    expect(page.get_by_role("link", name="Generated 1 image for Luna")).to_be_visible()
    expect(page.get_by_role("link", name="Credits used for 1 image for Luna")).to_be_visible()
    screenshot("activity")

    page.get_by_role("link", name="Generated 1 image for Luna").click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("Completed")
    expect(drawer.get_by_role("link", name="Charge")).to_be_visible()
    screenshot("drawer")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page.get_by_role("link", name="Generated 1 image for Luna")).to_be_focused()

    beside_the_browser(give_a_long_history)
    page.goto(f"{site}/activity/")
    expect(page.locator("li.row")).to_have_count(50)
    page.get_by_role("link", name="Load more").click()
    expect(page.locator("li.row")).to_have_count(63)
    expect(page.get_by_role("heading", name="Today")).to_have_count(1)
    assert console == []


def test_no_page_has_anything_that_axe_finds(on_screens: Iterator[Screen], site: str) -> None:
    cookies: list[Any] = []
    for screen in on_screens:
        if not cookies:
            sign_up(screen.page, site)
            cookies = screen.page.context.cookies()
        screen.page.context.add_cookies(cookies)  # type: ignore[arg-type]
        for path in PAGES:
            screen.page.goto(site + path)
            screen.assert_accessible(path)
