"""The gallery: what is on it, in which order, for whom; a page of it costs the same wherever it lies."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.generations import operations
from apps.generations.filters import JobFilters
from apps.generations.gallery import Gallery
from apps.generations.history import PastJob, write_jobs
from apps.generations.models import Character, GenerationJob
from apps.generations.states import Status
from tests.conftest import SignedIn
from tests.factories import CharacterFactory, UserFactory, on_plan, wish
from tests.generations.past import failed, made, pruned
from tests.generations.test_states import job_in

pytestmark = pytest.mark.django_db

PAGE = "/gallery/"
SESSION_AND_USER = 2


@pytest.fixture
def artist(owner: User) -> User:
    """The owner, with credits."""
    return on_plan(owner)


def test_every_generation_is_there_however_it_stands(artist: User, browser_of: type[SignedIn]) -> None:
    whom = CharacterFactory.create(user=artist, name="Luna")
    done = made(artist, prompt="a green hill", quality="hq", image_count=2, character=whom)
    gone, broken = pruned(artist, prompt="an old hill"), failed(artist, prompt="no hill", error="The hill refused.")
    running = operations.request(user=artist, wish=wish(prompt="a coming hill"))

    page = browser_of(artist).get(PAGE)

    for words in ("a green hill", "an old hill", "no hill", "a coming hill", "Luna · HQ", "No longer kept"):
        assert words in page.text
    assert "The hill refused." in page.text
    assert f"{PAGE}{done.pk}/thumbnail/" not in page.text  # pruned with the other: both had ended
    assert f"{PAGE}{gone.pk}/thumbnail/" not in page.text
    assert f"{PAGE}{broken.pk}/tile/" not in page.text
    assert f'hx-get="{PAGE}{running.pk}/tile/"' in page.text


def test_the_filters_narrow_it_alone_and_together(artist: User, browser_of: type[SignedIn]) -> None:
    luna = CharacterFactory.create(user=artist)
    failed(artist, prompt="first")
    failed(artist, prompt="second", character=luna)
    operations.request(user=artist, wish=wish(prompt="third", character=luna))
    browser = browser_of(artist)

    def shown(**query: Any) -> list[str]:
        text = browser.get(PAGE, query).text
        return [word for word in ("first", "second", "third") if f">{word}</a>" in text]

    assert shown() == ["first", "second", "third"]
    assert shown(status="failed") == ["first", "second"]
    assert shown(character=luna.pk) == ["second", "third"]
    assert shown(character=luna.pk, status="failed") == ["second"]


@pytest.mark.parametrize("query", [{"status": "done"}, {"character": "luna"}, {"character": "x" * 400}])
def test_a_filter_that_is_not_understood_is_said_and_not_applied(
    artist: User, browser_of: type[SignedIn], query: dict[str, str]
) -> None:
    failed(artist, prompt="a hill")

    page = browser_of(artist).get(PAGE, query)

    assert page.status_code == 200
    assert "applied." in page.text
    assert "a hill" in page.text


def test_a_strangers_influencer_filters_nothing(artist: User, stranger: User, browser_of: type[SignedIn]) -> None:
    theirs = CharacterFactory.create(user=stranger)

    answers = [browser_of(artist).get(PAGE, {"character": str(id_)}).text for id_ in (theirs.pk, uuid4())]

    assert theirs.name not in answers[0]
    assert all("applied." in answer for answer in answers)


def test_nothing_yet_and_nothing_matching_are_told_apart(artist: User, browser_of: type[SignedIn]) -> None:
    browser = browser_of(artist)
    assert "Generate your first image" in browser.get(PAGE).text

    failed(artist)

    filtered = browser.get(PAGE, {"status": "completed"}).text
    assert "Nothing matches these filters" in filtered
    assert "Generate your first image" not in filtered


def test_nobody_sees_a_strangers_generations(artist: User, stranger: User, browser_of: type[SignedIn]) -> None:
    failed(artist, prompt="a hill")

    assert "a hill" not in browser_of(stranger).get(PAGE).text


def test_the_next_page_is_one_link_away_and_keeps_the_filters(artist: User, browser_of: type[SignedIn]) -> None:
    for _ in range(25):
        job_in(Status.FAILED, artist)
    browser = browser_of(artist)

    first = browser.get(PAGE, {"status": "failed"})
    address = first.text.partition('id="more"><a class="button" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = browser.get(address, headers={"HX-Target": "more"})

    assert first.text.count('class="tile ') == 24
    assert second.text.count('class="tile ') == 1
    assert "<html" not in second.text
    assert 'id="more"' not in second.text


@pytest.mark.parametrize("cursor", ["abc", "e30", "x" * 3001])
def test_a_cursor_that_can_not_be_used_shows_the_first_page_and_says_so(
    artist: User, browser_of: type[SignedIn], cursor: str
) -> None:
    failed(artist, prompt="a hill")

    page = browser_of(artist).get(PAGE, {"cursor": cursor})

    assert page.status_code == 200
    assert "Start again from the first page" in page.text
    assert "a hill" in page.text


def test_an_element_gets_only_its_own_part(artist: User, browser_of: type[SignedIn]) -> None:
    failed(artist)

    part = browser_of(artist).get(PAGE, headers={"HX-Request": "true", "HX-Target": "gallery"})

    assert "<html" not in part.text
    assert "a quiet beach" in part.text


def test_a_running_tile_asks_for_itself_until_its_generation_has_ended(
    artist: User, browser_of: type[SignedIn]
) -> None:
    job = operations.request(user=artist, wish=wish())
    address = f"{PAGE}{job.pk}/tile/?status=queued"
    browser = browser_of(artist)

    running = browser.get(address, headers={"HX-Request": "true"})
    operations.settle(
        job_id=job.pk, user_id=artist.pk, outcome=operations.Failure(error="The hill refused.", code="no")
    )
    ended = browser.get(address, headers={"HX-Request": "true"})

    assert f'hx-get="{address}"' in running.text
    assert f'href="{PAGE}{job.pk}/?status=queued"' in running.text
    assert "/tile/" not in ended.text
    assert "The hill refused." in ended.text


@pytest.mark.parametrize("part", ["", "tile/", "status/"])
def test_a_strangers_generation_answers_like_one_that_does_not_exist(
    artist: User, stranger: User, browser_of: type[SignedIn], part: str
) -> None:
    job = failed(artist)
    browser = browser_of(stranger)

    theirs, missing = (browser.get(f"{PAGE}{id_}/{part}") for id_ in (job.pk, uuid4()))

    assert theirs.status_code == missing.status_code == 404
    assert theirs.content == missing.content


@pytest.mark.parametrize(("query", "most"), [("", 2), ("?status=failed", 2), ("?status=completed", 2)])
def test_a_page_takes_as_many_queries_however_much_is_on_it(
    artist: User, browser_of: type[SignedIn], django_assert_num_queries: DjangoAssertNumQueries, query: str, most: int
) -> None:
    for status in (*Status, *Status):
        job_in(status, artist, {"character": CharacterFactory.create(user=artist)})
    browser = browser_of(artist)

    with django_assert_num_queries(SESSION_AND_USER + most):  # the generations with their influencers; the filter's
        browser.get(PAGE + query)


def test_hostile_words_are_shown_and_not_obeyed(artist: User, browser_of: type[SignedIn]) -> None:
    hostile = "<script>alert('x')</script>\"><img src=x>"
    whom = CharacterFactory.create(user=artist, name=hostile)
    job = failed(artist, prompt=hostile, error=hostile, character=whom)

    for address in (PAGE, f"{PAGE}{job.pk}/", f"{PAGE}{job.pk}/tile/", "/characters/", f"/generate/?again={job.pk}"):
        page = browser_of(artist).get(address)
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "&lt;script&gt;" in page.text


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    states=st.lists(st.sampled_from(Status), max_size=12),
    whose=st.lists(st.booleans(), min_size=12, max_size=12),
    status=st.sampled_from([None, *Status]),
    of_luna=st.booleans(),
    limit=st.integers(1, 5),
)
def test_a_walk_meets_what_passes_the_filters_once_in_order(
    db: None, states: list[Status], whose: list[bool], status: Status | None, *, of_luna: bool, limit: int
) -> None:
    someone = UserFactory.create()
    luna = CharacterFactory.create(user=someone)
    jobs = [
        job_in(state, someone, {"character": luna if is_lunas else None})
        for state, is_lunas in zip(states, whose, strict=False)
    ]
    filters = JobFilters(status=status, character_id=luna.pk if of_luna else None)

    walked = list(walk(Gallery(user=someone, filters=filters, limit=limit)))

    passing = [
        job.pk
        for job in jobs
        if (status is None or job.status == status) and (not of_luna or job.character_id == luna.pk)
    ]
    by = ("-occurred_at", "-id") if status else ("-created_at", "-id")
    assert walked == list(GenerationJob.objects.filter(pk__in=passing).order_by(*by).values_list("pk", flat=True))


def walk(gallery: Gallery) -> Any:
    cursor = ""
    while True:
        page = gallery.page(cursor)
        yield from (job.pk for job in page.jobs)
        cursor = page.next_cursor
        if not cursor:
            return


def test_a_page_costs_little_however_much_there_is_and_however_rare(owner: User) -> None:
    """20,000 completed generations for others, one for a rare influencer, none failed."""
    rare, others = CharacterFactory.create(user=owner), CharacterFactory.create(user=owner)
    history = [past_job(owner, others) for _ in range(20_000)]
    write_jobs([past_job(owner, rare), *history])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE generation_jobs")
    deep = Gallery(user=owner).page().jobs[0]

    for filters in (
        JobFilters(),
        JobFilters(status=Status.COMPLETED),
        JobFilters(status=Status.FAILED),
        JobFilters(status=Status.QUEUED),
        JobFilters(pending=True),
        JobFilters(character_id=rare.pk),
        JobFilters(character_id=rare.pk, status=Status.COMPLETED),
        JobFilters(since=deep.created_at, status=Status.COMPLETED),
    ):
        assert buffers_of(Gallery(user=owner, filters=filters)) <= 300, filters


def past_job(owner: User, character: Character) -> PastJob:
    moment = timezone.now() - timedelta(days=1)
    return PastJob(
        id=uuid4(),
        user_id=owner.pk,
        character_id=character.pk,
        status=Status.COMPLETED,
        input={"prompt": "hill"},
        credits_used=1,
        created_at=moment,
        started_at=moment,
        completed_at=moment,
    )


def buffers_of(gallery: Gallery) -> int:
    """Shared buffers that reading the first page touches."""
    with CaptureQueriesContext(connection) as queries:
        gallery.page()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {queries[0]['sql']}")
        plan = cursor.fetchone()[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
