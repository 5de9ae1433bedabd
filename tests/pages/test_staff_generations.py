"""The staff's pages about generations and people, and the raw records, in a real browser."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.accounts.models import Plan, User
from apps.generations import operations, production
from apps.generations.states import Status
from tests.factories import CharacterFactory, UserFactory, on_plan, wish
from tests.generations.staff.past import a_job
from tests.pages.accessibility import Screen
from tests.pages.conftest import BesideTheBrowser, Screenshot
from tests.pages.test_staff import sign_in, staff_session

PROMPTS = ("Golden hour at the beach", "City skyline at dusk", "Portrait in a blue scarf in the snow")


def give_generations() -> None:
    """Three people's, over some weeks; a picture, failures of two kinds, one that runs and one that waits."""
    now = timezone.now()
    people = [on_plan(UserFactory.create(email=f"{name}@example.com"), "pro") for name in ("anna", "ben", "cora")]
    for number in range(66):
        user = people[number % 5 % 3]
        status = Status.FAILED if number % 9 == 4 else Status.COMPLETED
        code = "content_refused" if number % 2 else "provider_timeout"
        plan = Plan.objects.get(slug="pro")
        at, prompt = now - timedelta(hours=9 * number + 1), PROMPTS[number % 3]
        a_job(user, at, status=status, code=code, prompt=prompt, plan=plan, took=timedelta(seconds=3 + number % 20))
    a_job(people[0], now - timedelta(minutes=1), status=Status.PROCESSING)
    a_job(people[1], now, status=Status.QUEUED, prompt="A prompt without end, " * 30)
    character = CharacterFactory.create(user=people[0], name="Luna")
    job = operations.request(user=people[0], wish=wish(character=character, image_count=2, prompt="A lighthouse"))
    production.produce(job.pk, attempt=1)


@pytest.fixture
def staff(page: Page, site: str, console: list[str], beside_the_browser: BesideTheBrowser) -> Page:
    """A page on which someone of the staff is signed in, where much has been generated."""
    sign_in(page, site, beside_the_browser(staff_session))
    beside_the_browser(give_generations)
    page.goto(f"{site}/admin/")
    return page


def test_staff_find_a_generation_and_everything_about_it(
    staff: Page, console: list[str], screenshot: Screenshot
) -> None:
    screenshot("staff-home")
    staff.get_by_role("navigation", name="Admin").get_by_role("link", name="Generations").click()
    staff.wait_for_url("**/admin/generations/")  # and its scripts: a choice made before them is only sent by the button
    expect(staff.get_by_role("img", name="Generations by day")).to_be_visible()
    screenshot("staff-generations")

    staff.get_by_label("Status").select_option("failed")
    expect(staff.locator(".listing tbody tr:not(.more-row)")).to_have_count(7)
    assert "status=failed" in staff.url
    staff.go_back()
    expect(staff.locator(".listing tbody tr:not(.more-row)")).to_have_count(50)
    staff.get_by_label("Text in the prompt").fill("lighthouse")
    staff.keyboard.press("Enter")  # which changes and submits
    expect(staff.locator(".listing tbody tr:not(.more-row)")).to_have_count(1)
    staff.go_back()
    expect(staff.locator(".listing tbody tr:not(.more-row)")).to_have_count(50)
    staff.go_forward()
    staff.get_by_role("link", name="A lighthouse").click()

    expect(staff.get_by_role("heading", name="2 images for Luna")).to_be_visible()
    expect(staff.locator(".staff-pictures img").first).to_be_visible()
    screenshot("staff-generation")
    assert console == []


def test_a_long_list_goes_on_under_its_heads(staff: Page, site: str, console: list[str]) -> None:
    staff.goto(f"{site}/admin/generations/")
    staff.get_by_role("link", name="Load more").click()

    expect(staff.locator(".listing tbody tr:not(.more-row)")).to_have_count(69)
    staff.mouse.wheel(0, 1500)
    expect(staff.get_by_role("columnheader", name="Prompt")).to_be_in_viewport()
    assert console == []


def test_staff_adjust_credits_and_reset_a_period_by_keyboard(
    staff: Page, site: str, console: list[str], screenshot: Screenshot
) -> None:
    staff.goto(f"{site}/admin/users/?q=anna")
    staff.get_by_role("link", name="anna@example.com").focus()
    staff.keyboard.press("Enter")
    staff.get_by_label("Credits to add or take").focus()
    staff.keyboard.type("50")
    staff.keyboard.press("Tab")
    staff.keyboard.type("A present")
    staff.keyboard.press("Enter")

    expect(staff.get_by_role("status").get_by_text("Credits adjusted: 298 → 348.")).to_be_visible()
    expect(staff.locator("#movements")).to_contain_text("by staff@example.com")
    staff.locator("#reset").get_by_label("Reason").fill("Their wish")
    staff.get_by_role("button", name="Reset the period").click()
    expect(staff.get_by_text("Period reset: 2 → 0 images.")).to_be_visible()
    screenshot("staff-person")
    assert console == []


def test_insights_and_records_have_nothing_to_complain_about(
    staff: Page, site: str, console: list[str], screenshot: Screenshot
) -> None:
    staff.get_by_role("navigation", name="Admin").get_by_role("link", name="Insights").click()
    expect(staff.get_by_role("heading", name="Failures by error code")).to_be_visible()
    screenshot("staff-insights")
    staff.get_by_role("link", name="content_refused").click()
    expect(staff.locator(".listing tbody tr:not(.more-row)")).to_have_count(3)

    staff.get_by_role("navigation", name="Admin").get_by_role("link", name="Records").click()
    screenshot("records")
    for table in ("Generation jobs", "Credit transactions", "Users"):
        staff.goto(f"{site}/admin/records/")
        staff.locator("#content-main").get_by_role("link", name=table, exact=True).click()
        staff.locator("#result_list tbody th a").first.click()
        expect(staff.locator("#content")).to_be_visible()
    assert console == []


def test_no_page_has_anything_that_axe_finds(
    on_screens: Iterator[Screen], site: str, beside_the_browser: BesideTheBrowser
) -> None:
    session = beside_the_browser(staff_session)
    beside_the_browser(give_generations)
    anna = beside_the_browser(lambda: User.objects.get(email="anna@example.com"))
    job = beside_the_browser(lambda: anna.generation_jobs.newest_first().first())
    paths = (
        "/admin/", "/admin/generations/", "/admin/generations/?q=nothing", f"/admin/generations/{job.pk}/",
        "/admin/users/", f"/admin/users/{anna.public_id}/generations/", "/admin/insights/",
    )  # fmt: skip
    for screen in on_screens:
        sign_in(screen.page, site, session)
        for path in paths:
            screen.page.goto(site + path)
            screen.assert_accessible(path)
