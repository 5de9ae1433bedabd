"""Searching for words in prompts: the right jobs, in order, and never by reading the history."""

from itertools import product
from uuid import UUID

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.activity import searching
from apps.activity.filters import TimelineFilters
from apps.activity.forms import FilterQuery
from apps.activity.timeline import Timeline
from apps.generations import operations, production
from apps.generations.models import JobWord
from tests.conftest import SignedIn
from tests.factories import UserFactory, on_plan, wish

PROMPTS = ("A quiet BEACH at dawn", "beach, city & forest", "Über-große Straße", "forest", "a b c", "夜の 海")
SEARCHES = ("beach", "BEACH", "quiet beach", "beach forest", "straße", "über große", "海", "b", "sun", "bea", "forest.")


def words_of(text: str) -> set[str]:
    return set("".join(mark if mark.isalnum() else " " for mark in text.lower()).split())


def found(user: User, words: str, limit: int = 50) -> list[UUID]:
    filters = TimelineFilters(words=FilterQuery({"q": words}, user).filters.words)
    return [item.id for item in Timeline(user_id=user.pk, now=timezone.now(), filters=filters, limit=limit).walk()]


def jobs_of(user: User, *, ended: bool) -> dict[UUID, str]:
    """A job for each prompt, newest first."""
    asked = [operations.request(user=user, wish=wish(prompt=prompt)) for prompt in PROMPTS]
    for job in asked if ended else ():
        production.produce(job.pk, attempt=1)
    return {job.pk: job.input["prompt"] for job in reversed(asked)}


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("ended", [True, False], ids=["ended", "in flight"])
def test_a_search_finds_exactly_the_jobs_with_all_its_words(*, ended: bool) -> None:
    user = on_plan(UserFactory.create())
    jobs = jobs_of(user, ended=ended)

    for search, limit in product(SEARCHES, (1, 2, 50)):
        expected = [id_ for id_, prompt in jobs.items() if words_of(search) <= words_of(prompt)]
        assert found(user, search, limit) == expected, search


@pytest.mark.django_db
def test_a_search_never_shows_what_a_stranger_asked_for(owner: User, stranger: User) -> None:
    jobs_of(on_plan(owner), ended=True)

    assert found(stranger, "beach") == []


@pytest.mark.django_db
def test_words_are_kept_once_a_job_has_ended_and_follow_its_prompt(owner: User) -> None:
    job = operations.request(user=on_plan(owner), wish=wish(prompt="old words"))
    assert not JobWord.objects.exists()

    production.produce(job.pk, attempt=1)
    assert set(JobWord.objects.values_list("word", flat=True)) == {"old", "words"}

    owner.generation_jobs.update(input=job.input | {"prompt": "new words"})
    assert set(JobWord.objects.values_list("word", flat=True)) == {"new", "words"}


@pytest.mark.django_db
def test_the_page_searches_and_says_when_there_is_no_word(owner: User, browser_of: type[SignedIn]) -> None:
    jobs_of(on_plan(owner), ended=True)
    browser = browser_of(owner)

    assert "Generated 1 image" in browser.get("/activity/?q=forest").text
    assert "Generated 1 image" not in browser.get("/activity/?q=desert").text
    assert "A search needs a word" in browser.get("/activity/?q=%25%25").text


@pytest.mark.usefixtures("committed")
def test_a_search_that_has_not_come_to_its_end_says_how_far_it_looked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(searching, "ENTRIES", 2)
    user = on_plan(UserFactory.create())
    jobs = list(jobs_of(user, ended=True))
    browser = SignedIn(user)

    page = browser.get("/activity/", {"q": "beach forest"})
    shown = page.context["page"]

    assert shown.searched_to
    assert f"Searched back to {shown.searched_to}: search further back" in page.text
    assert "Nothing matches" not in page.text
    assert found(user, "beach forest", limit=2) == [jobs[4]]

    seen = list(shown.days)
    while shown.next_url:
        shown = browser.get(shown.next_url).context["page"]
        seen += shown.days
    assert shown.searched_to == ""
    assert [row.dom_id for day in seen for row in day.rows] == [f"item-{jobs[4]}"]
