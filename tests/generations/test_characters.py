"""AI influencers: added, renamed, archived and restored by their owner; a name is given once among those in use."""

from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.generations import characters
from apps.generations.models import Character
from tests.conftest import SignedIn
from tests.factories import CharacterFactory, on_plan
from tests.generations.past import failed, made, pruned

PAGE = "/characters/"
TAKEN = "You have an AI influencer with this name already."

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(owner: User, browser_of: type[SignedIn]) -> SignedIn:
    return browser_of(owner)


@pytest.fixture
def luna(owner: User) -> Character:
    return CharacterFactory.create(user=owner, name="Luna")


def test_one_is_added(owner: User, browser: SignedIn) -> None:
    page = browser.post(PAGE, {"name": "Luna", "description": "silver hair"}, follow=True)

    assert "Luna is ready to be generated." in page.text
    assert (owner.characters.get().name, owner.characters.get().description) == ("Luna", "silver hair")


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "LUNA", "luna"])
def test_a_name_that_can_not_be_is_refused_and_kept_in_the_form(
    owner: User, browser: SignedIn, luna: Character, name: str
) -> None:
    page = browser.post(PAGE, {"name": name, "description": "silver hair"})

    assert page.status_code == 422
    assert "errorlist" in page.text
    assert "silver hair" in page.text
    assert owner.characters.get() == luna


def test_a_strangers_name_is_free(stranger: User, browser: SignedIn) -> None:
    CharacterFactory.create(user=stranger, name="Luna")

    assert browser.post(PAGE, {"name": "Luna"}).status_code == 302


def test_one_is_renamed(browser: SignedIn, luna: Character) -> None:
    browser.post(f"{PAGE}{luna.pk}/", {"name": "luna", "description": "short hair"})

    luna.refresh_from_db()
    assert (luna.name, luna.description) == ("luna", "short hair")


def test_one_is_not_renamed_like_another(owner: User, browser: SignedIn, luna: Character) -> None:
    CharacterFactory.create(user=owner, name="Kai")

    page = browser.post(f"{PAGE}{luna.pk}/", {"name": "kai"})

    assert page.status_code == 422
    assert TAKEN in page.text
    assert "<h1>Luna</h1>" in page.text


def test_an_archived_one_stays_with_its_generations_and_comes_back(
    owner: User, browser: SignedIn, luna: Character
) -> None:
    failed(on_plan(owner), character=luna)

    archived = browser.post(f"{PAGE}{luna.pk}/archive/", follow=True)
    assert "Luna is archived." in archived.text
    assert "1 generation" in archived.text
    assert "for Luna" in browser.get(f"/gallery/{owner.generation_jobs.get().pk}/").text

    assert "Luna is back." in browser.post(f"{PAGE}{luna.pk}/restore/", follow=True).text
    assert owner.characters.available().get() == luna


def test_an_archived_ones_name_is_free_and_then_in_its_way(owner: User, browser: SignedIn, luna: Character) -> None:
    characters.archive(user=owner, character_id=luna.pk)
    browser.post(PAGE, {"name": "Luna"})

    page = browser.post(f"{PAGE}{luna.pk}/restore/", follow=True)

    assert "Another AI influencer has this name by now." in page.text
    assert owner.characters.archived().get() == luna


@pytest.mark.parametrize("act", ["", "archive/", "restore/"])
def test_a_strangers_one_answers_like_one_that_does_not_exist(stranger: User, browser: SignedIn, act: str) -> None:
    theirs = CharacterFactory.create(user=stranger)
    if act == "restore/":
        characters.archive(user=stranger, character_id=theirs.pk)

    answer, missing = (browser.post(f"{PAGE}{id_}/{act}", {"name": "Mine"}) for id_ in (theirs.pk, uuid4()))

    assert answer.status_code == missing.status_code == 404
    assert answer.content == missing.content
    before = (theirs.name, theirs.archived_at)
    theirs.refresh_from_db()
    assert theirs.name == before[0]


@pytest.mark.parametrize("act", ["archive/", "restore/"])
def test_looking_archives_and_restores_nothing(browser: SignedIn, luna: Character, act: str) -> None:
    assert browser.get(f"{PAGE}{luna.pk}/{act}").status_code == 405


def test_what_was_generated_is_counted_and_the_newest_kept_is_the_portrait(
    owner: User, browser: SignedIn, luna: Character
) -> None:
    CharacterFactory.create(user=owner, name="Kai")
    job = made(on_plan(owner), character=luna)
    failed(owner, character=luna)

    page = browser.get(PAGE).text

    assert "2 generations" in page
    assert f'src="/gallery/{job.pk}/thumbnail/"' in page
    assert "Nothing generated yet" in page
    pruned(owner, character=luna)
    assert "/thumbnail/" not in browser.get(PAGE).text


def test_someone_new_is_asked_for_the_first(browser: SignedIn) -> None:
    assert "Add your first" in browser.get(PAGE).text


def test_the_page_takes_six_queries_however_many_there_are(
    owner: User, browser: SignedIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    on_plan(owner)
    for _ in range(3):
        made(owner, character=CharacterFactory.create(user=owner))

    # Session and user; the influencers, their counts, their newest generations and which of them are kept.
    with django_assert_num_queries(6):
        browser.get(PAGE)
