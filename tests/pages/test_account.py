"""Account, credits and plans of someone with a past, in a real browser: figures, a change of plan, both themes."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.accounts.models import Plan
from apps.credits.enrolment import resume
from apps.credits.history import write_history
from apps.credits.verification import verify
from apps.generations.counts import recount
from apps.generations.demo import Storyteller
from apps.generations.history import write_jobs
from tests.conftest import SignedIn
from tests.factories import UserFactory
from tests.pages.accessibility import Screen
from tests.pages.conftest import BesideTheBrowser, Screenshot
from tests.running import SESSION_COOKIE


def sign_in_someone_with_a_past() -> str:
    """On the free plan for 70 days, of which the last ten are this period; returns the key of their session."""
    user = UserFactory.create(email="regular@example.com")
    free, now = Plan.objects.get(slug="free"), timezone.now()
    teller = Storyteller(
        user=user, characters=(), chance=Random(7), now=now, days=70, plan_name="Free", plan_credits=50
    )
    told = teller.tell(48)
    write_jobs(told.jobs)
    write_history(user.pk, told.movements)
    resume(user=user, plan=free, starts_at=now - timedelta(days=10))
    recount([user.pk], write=True)
    verify()
    return str(SignedIn(user).session.session_key)


def cookie(site: str, session: str) -> dict[str, str]:
    return {"name": SESSION_COOKIE, "value": session, "url": site}


@pytest.fixture
def club(beside_the_browser: BesideTheBrowser) -> Iterator[None]:
    """A free plan that gives more. Plans outlive a test's people, so it comes before the site and goes after it."""
    fields = {"slug": "club", "name": "Club", "images_per_period": 80, "credits_per_period": 110}
    beside_the_browser(lambda: Plan.objects.create(**fields))
    yield
    beside_the_browser(lambda: Plan.objects.get(slug="club").delete())


@pytest.mark.usefixtures("club")
def test_a_person_sees_their_usage_and_changes_their_plan(
    page: Page,
    site: str,
    console: list[str],
    screenshot: Screenshot,
    beside_the_browser: BesideTheBrowser,
) -> None:
    page.context.add_cookies([cookie(site, beside_the_browser(sign_in_someone_with_a_past))])  # type: ignore[list-item]

    page.goto(f"{site}/account/")
    expect(page.get_by_role("progressbar", name="Images used in this period")).to_be_visible()
    expect(page.get_by_role("img", name="Images a day")).to_be_visible()
    page.get_by_text("The same figures as a table").click()
    expect(page.get_by_role("columnheader", name="Images")).to_be_visible()
    expect(page.get_by_text("row by row, and adds up")).to_be_visible()
    screenshot("account")

    page.get_by_role("link", name="Change the plan").click()
    page.get_by_role("button", name="Change to Club").click()
    expect(page.get_by_role("status")).to_contain_text("You are on Club now.")
    page.get_by_role("button", name="Change to Free").click()
    expect(page.get_by_role("status")).to_contain_text("Until then everything stays as it is.")
    page.get_by_role("button", name="Stay on Club").click()
    expect(page.get_by_role("status")).to_contain_text("You stay on Club.")

    page.goto(f"{site}/credits/")
    expect(page.get_by_role("row", name="rest of the period")).to_be_visible()
    assert console == []


@pytest.mark.usefixtures("club")
def test_account_and_credits_have_nothing_that_axe_finds(
    on_screens: Iterator[Screen], site: str, beside_the_browser: BesideTheBrowser
) -> None:
    session = beside_the_browser(sign_in_someone_with_a_past)
    for screen in on_screens:
        screen.page.context.add_cookies([cookie(site, session)])  # type: ignore[list-item]
        for path in ("/account/", "/credits/", "/credits/plan/"):
            screen.page.goto(site + path)
            screen.assert_accessible(path)
