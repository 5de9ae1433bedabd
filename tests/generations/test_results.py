"""The page of one generation: what it says, where it leads, and how it comes to its end without a reload."""

from datetime import datetime

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.generations import operations, production
from apps.generations.models import GenerationJob
from tests.conftest import SignedIn
from tests.factories import CharacterFactory, on_plan, wish
from tests.generations.past import failed, made, pruned
from tests.generations.stand_ins import SKETCH

pytestmark = pytest.mark.django_db

SESSION_AND_USER = 2
LONG = "a beach and a palm tree, " * 40


@pytest.fixture
def artist(owner: User) -> User:
    """The owner, with credits."""
    return on_plan(owner)


def page_of(job: GenerationJob, query: str = "") -> str:
    return f"/gallery/{job.pk}/{query}"


def test_a_completed_one_shows_its_images_settings_and_cost(artist: User, browser_of: type[SignedIn]) -> None:
    whom = CharacterFactory.create(user=artist, name="Luna")
    job = made(artist, quality="hq", image_count=2, aspect_ratio="9:16", character=whom)

    page = browser_of(artist).get(page_of(job)).text

    for words in ("2 images (HQ) for Luna", "Completed", "a quiet beach", "9:16", "4 credits", "studio-sketch-1"):
        assert words in page
    for position in (1, 2):
        assert f'src="/gallery/{job.pk}/images/{position}/"' in page
        assert f'action="/gallery/{job.pk}/images/{position}/download/"' in page
    assert f'href="/activity/generation_job/{job.pk}/"' in page
    assert f'href="/generate/?again={job.pk}"' in page
    assert str(job.input["seed"]) in page
    assert "Refunded" not in page


def test_a_failed_one_says_why_gives_the_credits_back_and_says_what_a_retry_costs(
    artist: User, browser_of: type[SignedIn]
) -> None:
    job = failed(artist, error="The hill refused.", image_count=3)

    page = browser_of(artist).get(page_of(job)).text

    assert "The hill refused." in page
    assert "Refunded" in page
    assert "Retry for 3 credits" in page


def test_both_tries_lead_to_each_other_and_only_the_last_can_be_tried_again(
    artist: User, browser_of: type[SignedIn]
) -> None:
    first = failed(artist)
    browser = browser_of(artist)

    second = browser.post(f"{page_of(first)}retry/")["Location"]

    assert f'href="{second}"' in browser.get(page_of(first)).text
    assert f'href="{page_of(first)}"' in browser.get(second).text
    assert "Retry for" not in browser.get(page_of(first)).text
    assert browser.post(f"{page_of(first)}retry/")["Location"] == second


def test_what_can_not_be_tried_again_is_told_why(artist: User, browser_of: type[SignedIn]) -> None:
    browser = browser_of(artist)
    done, broken = made(artist), failed(artist, image_count=2)
    User.objects.filter(pk=artist.pk).update(current_period_count=49)

    assert "nothing to retry" in browser.post(f"{page_of(done)}retry/", follow=True).text
    assert "1 image left" in browser.post(f"{page_of(broken)}retry/", follow=True).text
    assert GenerationJob.objects.count() == 2


def test_one_whose_files_are_gone_says_so_and_keeps_the_rest(artist: User, browser_of: type[SignedIn]) -> None:
    job = pruned(artist)

    page = browser_of(artist).get(page_of(job)).text

    assert "The images are no longer kept" in page
    assert "<img" not in page
    assert "1 credit" in page
    assert f"again={job.pk}" in page


def test_a_running_one_asks_for_itself_until_it_has_ended(artist: User, browser_of: type[SignedIn]) -> None:
    job = operations.request(user=artist, wish=wish(image_count=2))
    browser, asks = browser_of(artist), f'hx-get="/gallery/{job.pk}/status/"'
    as_element = {"HX-Request": "true", "HX-Target": "result"}

    running = browser.get(f"{page_of(job)}status/", headers=as_element).text
    production.produce(job.pk, attempt=1, provider=SKETCH)
    ended = browser.get(f"{page_of(job)}status/", headers=as_element).text

    assert asks in running
    assert running.count("making-image") == 2
    assert "Queued" in running
    assert asks not in ended
    assert ended.count("<img") == 2
    assert "<html" not in running + ended


def test_a_long_prompt_is_folded_and_whole(artist: User, browser_of: type[SignedIn]) -> None:
    folded, plain = (failed(artist, prompt=text) for text in (LONG.strip(), "a short one"))
    browser = browser_of(artist)

    assert "Show all of it" in browser.get(page_of(folded)).text
    assert LONG.strip() in browser.get(page_of(folded)).text
    assert "Show all of it" not in browser.get(page_of(plain)).text


def test_newer_and_older_follow_the_filters_that_the_gallery_had(artist: User, browser_of: type[SignedIn]) -> None:
    oldest, between, newest = failed(artist), operations.request(user=artist, wish=wish()), failed(artist)
    browser = browser_of(artist)

    unfiltered = browser.get(page_of(between)).text
    assert f'href="{page_of(newest)}" rel="prev"' in unfiltered
    assert f'href="{page_of(oldest)}" rel="next"' in unfiltered
    filtered = browser.get(page_of(newest, "?status=failed")).text
    assert f'href="{page_of(oldest, "?status=failed")}" rel="next"' in filtered
    assert 'rel="prev"' not in filtered
    assert 'href="/gallery/?status=failed"' in filtered


def test_times_are_the_persons_own(artist: User, browser_of: type[SignedIn]) -> None:
    User.objects.filter(pk=artist.pk).update(time_zone="Asia/Kathmandu")
    job = failed(artist)

    page = browser_of(artist).get(page_of(job)).text

    shown = datetime.fromisoformat(page.partition('<time class="muted" datetime="')[2].partition('"')[0])
    assert shown.isoformat().endswith("+05:45")
    assert shown <= timezone.now()


def test_a_page_takes_eight_queries_however_many_images_it_has(
    artist: User, browser_of: type[SignedIn], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser = browser_of(artist)
    for job in (made(artist), made(artist, image_count=6, character=CharacterFactory.create(user=artist))):
        # The generation; its images, credits and retry; the ones beside it.
        with django_assert_num_queries(SESSION_AND_USER + 6):
            browser.get(page_of(job))
