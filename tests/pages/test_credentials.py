"""The pages of credentials in a real browser: an issuer's, a holder's, a verifier's."""

from collections.abc import Iterator
from random import Random

from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.credentials.demo import seed_issuer
from apps.credentials.models import Boost, Credential
from tests.conftest import SignedIn
from tests.credentials.test_claiming import link_to
from tests.factories import UserFactory
from tests.pages.accessibility import Screen
from tests.pages.conftest import BesideTheBrowser
from tests.pages.test_staff import sign_in, staff_session


def sessions() -> dict[str, str]:
    """An issuer with months of history, and someone who has received some of it: the session of each."""
    owner, holder = UserFactory.create(email="owner@example.com"), UserFactory.create(email="holder@example.com")
    seed_issuer(owner=owner, holders=[holder], issuances=80, chance=Random(1), now=timezone.now())
    return {"owner": _session(owner), "holder": _session(holder), "staff": staff_session()}


def addresses() -> dict[str, tuple[str, str]]:
    """What there is to see, by name: who looks, and where."""
    boost = Boost.objects.live().newest_first()[0]
    draft = Boost.objects.exclude(pk__in=Boost.objects.live()).get()
    credential = Credential.objects.select_related("issuance").latest("issued_at")
    return {
        "dashboard": ("owner", "/credentials/"),
        "drawer": ("owner", f"/credentials/activity/{credential.issuance.activity_id}/"),
        "boosts": ("owner", "/credentials/boosts/"),
        "boost": ("owner", f"/credentials/boosts/{boost.pk}/"),
        "draft": ("owner", f"/credentials/boosts/{draft.pk}/"),
        "integrations": ("owner", "/credentials/integrations/"),
        "received": ("holder", "/credentials/received/"),
        "claim": ("holder", f"/claim/{link_to(boost)}/"),
        "verify": ("holder", f"/credentials/verify/{credential.pk}/"),
        "staff": ("staff", "/admin/credentials/"),
    }


def _session(user: User) -> str:
    return str(SignedIn(user).session.session_key)


def test_an_issuer_filters_looks_and_revokes(
    page: Page, site: str, console: list[str], beside_the_browser: BesideTheBrowser
) -> None:
    sign_in(page, site, beside_the_browser(sessions)["owner"])

    page.goto(f"{site}/activity/")
    page.get_by_text("You", exact=True).click()
    page.get_by_role("link", name="Credentials").click()
    page.wait_for_url("**/credentials/")  # and its scripts
    expect(page.get_by_role("img", name="Credentials sent by day")).to_be_visible()
    page.get_by_label("Status").select_option("CLAIMED")
    expect(page).to_have_url(f"{site}/credentials/?status=CLAIMED")
    before = page.locator(".activities .row").count()
    page.get_by_role("link", name="Load more").click()
    expect(page.locator(".activities .row")).not_to_have_count(before)
    page.locator(".activities .row a").nth(3).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).not_to_be_visible()
    page.locator(".activities .row:has-text('Claimed') > a").first.click()
    page.get_by_role("dialog").get_by_text("Revoke").first.click()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("dialog").locator(".drawer-state")).to_contain_text("Revoked")
    assert console == []


def test_a_claim_link_leads_to_what_was_received(
    page: Page, site: str, console: list[str], beside_the_browser: BesideTheBrowser
) -> None:
    session = beside_the_browser(sessions)["holder"]
    path = beside_the_browser(addresses)["claim"][1]

    page.goto(site + path)
    expect(page.get_by_role("link", name="Sign in and claim")).to_be_visible()
    sign_in(page, site, session)
    page.goto(site + path)
    page.get_by_role("button", name="Claim it").click()
    expect(page.get_by_text("It's yours.")).to_be_visible()
    page.goto(site + path)
    page.get_by_role("button", name="Claim it").click()
    expect(page.get_by_text("You have claimed this before.")).to_be_visible()
    assert console == []


def test_the_pages_have_nothing_that_axe_finds(
    on_screens: Iterator[Screen], site: str, beside_the_browser: BesideTheBrowser
) -> None:
    who, where = beside_the_browser(sessions), beside_the_browser(addresses)
    for screen in on_screens:
        for name, (person, path) in where.items():
            sign_in(screen.page, site, who[person])
            screen.page.goto(site + path)
            screen.assert_accessible(name)
