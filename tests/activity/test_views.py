"""The activity page and its drawer."""

from uuid import uuid4

import pytest

from apps.accounts.models import User
from apps.generations import operations, production
from tests.conftest import SignedIn
from tests.factories import on_plan, wish

pytestmark = pytest.mark.django_db


def test_the_page_shows_what_was_generated_and_what_it_cost(owner: User, browser_of: type[SignedIn]) -> None:
    job = operations.request(user=on_plan(owner), wish=wish(quality="hq"))
    production.produce(job.pk, attempt=1)

    page = browser_of(owner).get("/activity/")

    assert page.status_code == 200
    assert "Generated 1 image (HQ)" in page.text
    assert "\N{MINUS SIGN}2 credits" in page.text
    assert "Credits refreshed (Free plan)" in page.text


@pytest.mark.parametrize("part", ["", "row/"])
@pytest.mark.parametrize("source", ["generation_job", "credit_transaction"])
def test_a_strangers_item_answers_like_one_that_does_not_exist(
    owner: User, stranger: User, browser_of: type[SignedIn], source: str, part: str
) -> None:
    job = operations.request(user=on_plan(owner), wish=wish())
    theirs = {"generation_job": job.pk, "credit_transaction": owner.credit_transactions.last().pk}[source]  # type: ignore[union-attr]
    browser = browser_of(stranger)

    answer, missing = (browser.get(f"/activity/{source}/{id_}/{part}") for id_ in (theirs, uuid4()))

    assert answer.status_code == missing.status_code == 404
    assert answer.content == missing.content
