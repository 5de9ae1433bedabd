"""The activity page, its fragments, its drawer and its rows."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.credits import ledger
from apps.credits.models import TransactionType
from apps.generations import operations, production
from apps.generations.models import GenerationJob
from apps.generations.operations import Failure
from apps.generations.states import Status
from tests.activity import histories
from tests.activity.histories import Job, Movement
from tests.conftest import SignedIn
from tests.factories import CharacterFactory, on_plan, wish, with_credits

pytestmark = pytest.mark.django_db

MINUS = "\N{MINUS SIGN}"
PAGE = "/activity/"
SESSION_AND_USER = 2


def produced(user: User) -> GenerationJob:
    job = operations.request(user=user, wish=wish(quality="hq"))
    production.produce(job.pk, attempt=1)
    return job


def failed(user: User) -> GenerationJob:
    job = operations.request(user=user, wish=wish())
    outcome = Failure(error="The provider was busy.", code="busy")
    operations.settle(job_id=job.pk, user_id=user.pk, outcome=outcome)
    return job


def fifty_of_all_kinds(user: User) -> None:
    """More than a page: jobs in every state for several influencers, and every kind of transaction."""
    now = timezone.now()
    whom = [CharacterFactory.create(user=user, name=f"Luna {n}").pk for n in range(5)]
    states = list(Status)
    jobs = [Job(uuid4(), states[n % 4], now, now, now if n % 4 > 1 else None, whom[n % 5]) for n in range(40)]
    kinds = [TransactionType.PURCHASE, TransactionType.BONUS, TransactionType.SUBSCRIPTION_GRANT]
    earlier = now - timedelta(days=1)
    added = [Movement(uuid4(), kinds[n % 3], 100, earlier + timedelta(seconds=n)) for n in range(10)]
    spent = [
        Movement(uuid4(), TransactionType.GENERATION, -4, now + timedelta(microseconds=n), job.id, job.character_id)
        for n, job in enumerate(jobs)
    ]
    histories.write(user.pk, jobs, added + spent)


def test_the_page_shows_what_was_generated_and_what_it_cost(owner: User, browser_of: type[SignedIn]) -> None:
    produced(on_plan(owner))

    page = browser_of(owner).get(PAGE)

    assert page.status_code == 200
    assert "Generated 1 image (HQ)" in page.text
    assert f"{MINUS}2 credits" in page.text
    assert "Credits refreshed (Free plan)" in page.text


@pytest.mark.parametrize("part", ["", "row/"])
@pytest.mark.parametrize("source", ["generation_job", "credit_transaction"])
def test_a_strangers_item_answers_like_one_that_does_not_exist(
    owner: User, stranger: User, browser_of: type[SignedIn], source: str, part: str
) -> None:
    job = operations.request(user=on_plan(owner), wish=wish())
    theirs = {"generation_job": job.pk, "credit_transaction": owner.credit_transactions.last().pk}[source]  # type: ignore[union-attr]
    browser = browser_of(stranger)

    answer, missing = (browser.get(f"{PAGE}{source}/{id_}/{part}") for id_ in (theirs, uuid4()))

    assert answer.status_code == missing.status_code == 404
    assert answer.content == missing.content


def test_a_stranger_sees_nothing_of_the_owners(owner: User, stranger: User, browser_of: type[SignedIn]) -> None:
    job = produced(on_plan(owner))

    page = browser_of(stranger).get(PAGE)

    assert "Nothing has happened yet" in page.text
    assert str(job.pk) not in page.text


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}?type=credits", f"{PAGE}?status=failed&range=last_7_days"])
def test_the_page_takes_three_queries_at_most(
    owner: User, browser_of: type[SignedIn], django_assert_max_num_queries: DjangoAssertNumQueries, address: str
) -> None:
    fifty_of_all_kinds(owner)
    browser = browser_of(owner)

    with django_assert_max_num_queries(SESSION_AND_USER + 3) as queries:
        page = browser.get(address)

    assert page.status_code == 200
    assert sum("page AS MATERIALIZED" in query["sql"] for query in queries) == 1


def test_a_page_of_one_influencer_takes_three_queries_at_most(
    owner: User, browser_of: type[SignedIn], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    fifty_of_all_kinds(owner)
    whom, browser = owner.characters.get(name__endswith="3"), browser_of(owner)

    with django_assert_max_num_queries(SESSION_AND_USER + 3):
        page = browser.get(PAGE, {"character": str(whom.pk)})

    assert whom.name in page.text


def test_someone_new_is_told_how_to_begin(owner: User, browser_of: type[SignedIn]) -> None:
    page = browser_of(owner).get(PAGE)

    assert "Generate your first image" in page.text
    assert "Clear filters" not in page.text


def test_whoever_filters_everything_away_is_told_how_to_get_it_back(owner: User, browser_of: type[SignedIn]) -> None:
    page = browser_of(with_credits(owner, 5)).get(PAGE, {"status": "failed"})

    assert "Clear filters" in page.text
    assert "Generate your first image" not in page.text


def test_the_drawer_has_an_address_of_its_own(owner: User, browser_of: type[SignedIn]) -> None:
    job = produced(on_plan(owner))

    page = browser_of(owner).get(f"{PAGE}generation_job/{job.pk}/")

    assert page.text.startswith("<!DOCTYPE html>")
    assert str(job.pk) in page.text
    assert "Credits refreshed (Free plan)" in page.text
    assert "View results" in page.text


def test_the_drawer_of_a_failed_job_links_its_charge_and_refund_and_offers_to_retry(
    owner: User, browser_of: type[SignedIn]
) -> None:
    job = failed(on_plan(owner))
    charge, refund = owner.credit_transactions.filter(reference_id=job.pk).order_by("seq")

    page = browser_of(owner).get(f"{PAGE}generation_job/{job.pk}/", headers={"HX-Target": "drawer"})

    assert "The provider was busy." in page.text
    assert f"{PAGE}credit_transaction/{charge.pk}/" in page.text
    assert f"{PAGE}credit_transaction/{refund.pk}/" in page.text
    assert f"/{job.pk}/retry/" in page.text
    assert "Retry for 1 credit" in page.text


def test_the_drawer_of_a_charge_links_the_job(owner: User, browser_of: type[SignedIn]) -> None:
    job = produced(on_plan(owner))
    charge = owner.credit_transactions.get(type=TransactionType.GENERATION)

    page = browser_of(owner).get(f"{PAGE}credit_transaction/{charge.pk}/", headers={"HX-Target": "drawer"})

    assert f"{PAGE}generation_job/{job.pk}/" in page.text
    assert "Balance after" in page.text


def test_a_failed_and_refunded_job_shows_both_movements(owner: User, browser_of: type[SignedIn]) -> None:
    failed(on_plan(owner))

    assert f"{MINUS}1, +1 refunded" in browser_of(owner).get(PAGE).text


@pytest.mark.parametrize("target", ["timeline", "more", "drawer"])
def test_an_element_gets_only_its_own_part(owner: User, browser_of: type[SignedIn], target: str) -> None:
    job = produced(on_plan(owner))
    address = f"{PAGE}generation_job/{job.pk}/" if target == "drawer" else PAGE

    part = browser_of(owner).get(address, headers={"HX-Request": "true", "HX-Target": target})

    assert "<html" not in part.text
    assert "Generated 1 image (HQ)" in part.text
    assert "HX-Target" in part.headers["Vary"]


@pytest.mark.parametrize("target", ["nothing-of-ours", "../x", "", "items#more", "x" * 5000])
def test_an_element_unknown_to_the_page_gets_the_whole_page(
    owner: User, browser_of: type[SignedIn], target: str
) -> None:
    page = browser_of(owner).get(PAGE, headers={"HX-Request": "true", "HX-Target": target})

    assert page.status_code == 200
    assert page.text.startswith("<!DOCTYPE html>")


def test_a_running_row_asks_for_itself_until_its_job_has_ended(owner: User, browser_of: type[SignedIn]) -> None:
    job = operations.request(user=on_plan(owner), wish=wish())
    address = f"{PAGE}generation_job/{job.pk}/row/"
    browser = browser_of(owner)

    running = browser.get(address, headers={"HX-Request": "true"})
    production.produce(job.pk, attempt=1)
    ended = browser.get(address, headers={"HX-Request": "true"})

    assert f'hx-get="{address}"' in running.text
    assert "Generating 1 image" in running.text
    assert address not in ended.text
    assert "Generated 1 image" in ended.text


@pytest.mark.parametrize("target", ["more", "nothing-of-ours", "item-1"])
def test_a_row_is_a_row_whatever_element_asks(owner: User, browser_of: type[SignedIn], target: str) -> None:
    job = produced(on_plan(owner))

    row = browser_of(owner).get(f"{PAGE}generation_job/{job.pk}/row/", headers={"HX-Target": target})

    assert row.status_code == 200
    assert "<html" not in row.text
    assert "Generated 1 image (HQ)" in row.text


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_the_page_changes_nothing(owner: User, browser_of: type[SignedIn], method: str) -> None:
    assert getattr(browser_of(owner), method)(PAGE).status_code == 405


def test_hostile_words_are_shown_and_not_obeyed(owner: User, browser_of: type[SignedIn]) -> None:
    hostile = "<script>alert('x')</script>\"><img src=x>"
    whom = CharacterFactory.create(user=on_plan(owner), name=hostile)
    job = operations.request(user=owner, wish=wish(character=whom, prompt=hostile))
    operations.settle(job_id=job.pk, user_id=owner.pk, outcome=Failure(error=hostile, code="busy"))
    ledger.grant(user=owner, credits=1, key="hostile", by=None, description=hostile)

    for address in (PAGE, f"{PAGE}generation_job/{job.pk}/", f"{PAGE}generation_job/{job.pk}/row/"):
        page = browser_of(owner).get(address)
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "&lt;script&gt;" in page.text
