"""Images that are no longer kept: the timeline, the drawer and the statement say so, and lose no line."""

import pytest

from apps.accounts.models import User
from apps.generations.models import GenerationJob
from tests.conftest import SignedIn
from tests.factories import on_plan
from tests.generations.past import failed, made, pruned

pytestmark = pytest.mark.django_db

SAID = "images no longer kept"


@pytest.fixture
def job(owner: User) -> GenerationJob:
    """Done and paid for, its files gone."""
    return pruned(on_plan(owner))


def test_the_row_says_so_and_shows_no_thumbnail(owner: User, job: GenerationJob, browser_of: type[SignedIn]) -> None:
    page = browser_of(owner).get("/activity/").text

    assert page.count(SAID) == 1  # at the generation; its charge is about credits
    assert f"/gallery/{job.pk}/thumbnail/" not in page
    assert "Generated 1 image" in page
    assert "Credits used for 1 image" in page


@pytest.mark.parametrize("of", ["generation", "charge"])
def test_both_drawers_say_so(owner: User, job: GenerationJob, browser_of: type[SignedIn], of: str) -> None:
    charge = owner.credit_transactions.of_job(job.pk).get()
    path = f"generation_job/{job.pk}" if of == "generation" else f"credit_transaction/{charge.pk}"

    drawer = browser_of(owner).get(f"/activity/{path}/", headers={"HX-Target": "drawer"}).text

    assert "The images are no longer kept." in drawer
    assert "<img" not in drawer
    assert "View results" in drawer


def test_the_statement_says_so_beside_the_charge(owner: User, job: GenerationJob, browser_of: type[SignedIn]) -> None:
    assert browser_of(owner).get("/activity/statement/").text.count(SAID) == 1


def test_of_what_is_kept_or_never_came_nothing_is_said(owner: User, browser_of: type[SignedIn]) -> None:
    made(on_plan(owner))
    failed(owner)
    browser = browser_of(owner)

    for page in ("/activity/", "/activity/statement/"):
        assert SAID not in browser.get(page).text
