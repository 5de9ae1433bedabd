"""Generate, gallery, result and characters in a real browser: looked through, filtered, tried again, used again."""

from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.generations import characters, operations, production, prompts
from apps.generations.models import Character, GenerationJob
from apps.generations.operations import Failure
from apps.generations.providers.base import Provider
from apps.generations.providers.sketch import SketchProvider
from apps.generations.pruning import prune
from tests.conftest import SignedIn
from tests.factories import CharacterFactory, UserFactory, on_plan, wish, with_credits
from tests.pages.accessibility import Screen
from tests.pages.conftest import BesideTheBrowser, Screenshot
from tests.running import SESSION_COOKIE

EMAIL = "artist@example.com"
LONG = "A portrait by the window, soft light from the left, film grain, a linen shirt and a calm look. " * 9
PICTURES = [
    ("Golden hour at the beach, soft light on the waves", "16:9", 1, "hq"),
    ("Portrait in a blue scarf in the snow", "4:5", 4, "hq"),
    ("City skyline at dusk, windows lit one by one", "9:16", 2, "standard"),
    (LONG, "3:4", 1, "standard"),
    ("Still life with lemons and a jug", "1:1", 1, "standard"),
    ("Forest path in autumn, leaves in copper", "2:3", 3, "standard"),
]
PROVIDER: Provider = SketchProvider(scale=0.4)


def give_a_gallery() -> str:
    """Results of each kind, characters, and kept prompts; returns the key of the person's session."""
    user = with_credits(on_plan(UserFactory.create(email=EMAIL), "studio"), 500)
    luna = CharacterFactory.create(user=user, name="Luna", description="Silver hair, freckles, calm.")
    kai = CharacterFactory.create(user=user, name="Kai")
    _make(user, kai, ("An old one whose files are gone", "1:1", 2, "standard"))
    list(prune(before=timezone.now()))
    for number, asked in enumerate(PICTURES):
        _make(user, (luna, kai, None)[number % 3], asked)
    operations.retry(job=_fail(user, luna))
    _fail(user, None)
    _leave_running(user, luna)
    characters.archive(user=user, character_id=CharacterFactory.create(user=user, name="Nova").pk)
    for text in (PICTURES[0][0], LONG, PICTURES[4][0]):
        prompts.keep(user=user, text=text)
    return str(SignedIn(user).session.session_key)


@transaction.atomic
def _make(user: User, whom: Character | None, asked: tuple[str, str, int, str]) -> None:
    """Made here and now: by the time that the worker hears of it, it has ended."""
    prompt, ratio, count, quality = asked
    wished = wish(prompt=prompt, aspect_ratio=ratio, image_count=count, quality=quality, character=whom)
    production.produce(operations.request(user=user, wish=wished).pk, attempt=1, provider=PROVIDER)


@transaction.atomic
def _fail(user: User, whom: Character | None) -> GenerationJob:
    job = operations.request(user=user, wish=wish(prompt="A beach at night [slow]", character=whom))
    error = "The provider refused the prompt. Choose other words and try again."
    operations.settle(job_id=job.pk, user_id=user.pk, outcome=Failure(error=error, code="content_refused"))
    job.refresh_from_db()
    return job


@transaction.atomic
def _leave_running(user: User, whom: Character) -> None:
    job = operations.request(user=user, wish=wish(image_count=3, aspect_ratio="4:5", quality="hq", character=whom))
    operations.claim(job.pk, attempt=1)


def open_as_artist(page: Page, site: str, session: str, path: str) -> None:
    page.context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": site}])
    page.goto(site + path)


def addresses_of_results() -> list[str]:
    jobs = User.objects.get(email=EMAIL).generation_jobs.newest_first()
    return [f"/gallery/{job.pk}/" for job in jobs]


def test_pictures_are_filtered_looked_through_and_used_again(
    page: Page, site: str, console: list[str], screenshot: Screenshot, beside_the_browser: BesideTheBrowser
) -> None:
    open_as_artist(page, site, beside_the_browser(give_a_gallery), "/gallery/")
    screenshot("gallery")
    page.get_by_label("AI influencer").select_option(label="Kai")
    expect(page.locator("li.tile")).to_have_count(3)
    page.get_by_label("Status").select_option(label="Failed")
    expect(page.get_by_text("Nothing matches these filters")).to_be_visible()
    page.go_back()
    expect(page.locator("li.tile")).to_have_count(3)

    page.get_by_role("link", name="Portrait in a blue scarf").click()
    expect(page.locator(".pictures img")).to_have_count(4)
    screenshot("generation")
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_text("The images are no longer kept")).to_be_visible()  # Kai's only: the filter goes along
    expect(page.get_by_role("link", name="Older")).to_have_count(0)
    page.go_back()
    with page.expect_download() as started:
        page.get_by_role("button", name="Download Image 2").click()
    assert started.value.path().stat().st_size > 0

    page.get_by_role("link", name="Use again").click()
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("Portrait in a blue scarf in the snow")
    expect(page.get_by_label("Images")).to_have_value("4")
    expect(page.get_by_role("button", name="Generate for 8 credits")).to_be_visible()
    assert console == []


def test_a_kept_prompt_is_put_into_the_form_and_the_rest_stays(
    page: Page, site: str, console: list[str], screenshot: Screenshot, beside_the_browser: BesideTheBrowser
) -> None:
    open_as_artist(page, site, beside_the_browser(give_a_gallery), "/generate/")
    page.get_by_text("HQ — 2 credits an image").click()
    page.get_by_label("Images").fill("3")
    page.get_by_role("button", name="Use Still life").click()

    expect(page.get_by_label("Prompt", exact=True)).to_have_value("Still life with lemons and a jug")
    expect(page.get_by_label("Images")).to_have_value("3")
    expect(page.get_by_role("button", name="Generate for 6 credits")).to_be_visible()
    screenshot("generate")
    page.get_by_role("button", name="Remove Golden hour").click()
    expect(page.get_by_role("button", name="Remove Golden hour")).to_have_count(0)
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("Still life with lemons and a jug")
    assert console == []


def test_a_failed_generation_is_tried_again_and_its_images_come_by_themselves(
    page: Page, site: str, console: list[str], beside_the_browser: BesideTheBrowser
) -> None:
    open_as_artist(page, site, beside_the_browser(give_a_gallery), "/gallery/?status=failed")
    page.locator("li.tile a").first.click()
    page.get_by_role("button", name="Retry for 1 credit").click()

    expect(page.get_by_role("status")).to_contain_text("In progress")
    expect(page.locator(".pictures img")).to_have_count(1, timeout=60_000)
    expect(page.get_by_role("status")).to_contain_text("Completed")
    page.get_by_role("link", name="See the one before").click()
    expect(page.get_by_role("link", name="See what came of it")).to_be_visible()
    expect(page.get_by_role("button", name="Retry for 1 credit")).to_have_count(0)
    assert console == []


def test_the_pages_of_pictures_have_nothing_that_axe_finds(
    on_screens: Iterator[Screen], site: str, beside_the_browser: BesideTheBrowser
) -> None:
    session = beside_the_browser(give_a_gallery)
    paths = ["/gallery/", "/gallery/?status=queued", "/generate/", "/characters/", "/api/v1/docs"]
    paths += beside_the_browser(addresses_of_results)
    for screen in on_screens:
        for path in paths:
            open_as_artist(screen.page, site, session, path)
            screen.assert_accessible(path)
