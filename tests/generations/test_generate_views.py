"""Asking for images on the page: what it costs, what is refused and why, and what is kept for use again."""

from typing import Any
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.generations import characters, prompts
from apps.generations.models import GenerationJob, Prompt
from tests.conftest import SignedIn
from tests.factories import CharacterFactory, on_plan, with_credits
from tests.generations.past import failed

pytestmark = pytest.mark.django_db

PAGE = "/generate/"


@pytest.fixture
def browser(owner: User, browser_of: type[SignedIn]) -> SignedIn:
    """Of the owner, who is on a plan with 50 credits."""
    return browser_of(on_plan(owner))


def sent(browser: SignedIn, **changes: Any) -> Any:
    asked = {"prompt": "a quiet beach", "quality": "standard", "aspect_ratio": "1:1", "image_count": 1}
    return browser.post(PAGE, asked | {"idempotency_key": f"form:{uuid4()}"} | changes)


def value_of(page: Any, name: str) -> str:
    text: str = page.text
    return text.partition(f'name="{name}" value="')[2].partition('"')[0]


def test_a_form_that_is_sent_is_a_generation_to_be_watched(owner: User, browser: SignedIn) -> None:
    luna = CharacterFactory.create(user=owner)

    answer = sent(browser, image_count=3, quality="hq", character=luna.pk)

    job = GenerationJob.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/gallery/{job.pk}/")
    assert (job.character, job.image_count, job.credits_used, job.prompt) == (luna, 3, 6, None)


def test_the_price_is_known_before_it_is_paid_with_and_without_a_script(browser: SignedIn) -> None:
    page = browser.get(PAGE).text

    assert "You have 50 credits." in page
    assert "50 of 50 images are left" in page
    assert "Standard — 1 credit an image" in page
    assert 'data-price-standard="1" data-price-hq="2"' in page
    assert "Generate for {n} credits" in page


def test_a_form_that_is_sent_twice_is_one_generation(browser: SignedIn) -> None:
    key = value_of(browser.get(PAGE), "idempotency_key")

    first, second = (sent(browser, idempotency_key=key) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert GenerationJob.objects.count() == 1


def test_a_form_gone_back_to_and_changed_is_asked_about_once_and_then_taken(browser: SignedIn) -> None:
    sent(browser, idempotency_key="form:1")

    refused = sent(browser, idempotency_key="form:1", prompt="a mountain")
    again = sent(browser, idempotency_key=value_of(refused, "idempotency_key"), prompt="a mountain")

    assert refused.status_code == 422
    assert "sent before with other settings" in refused.text
    assert ">\na mountain</textarea>" in refused.text
    assert again.status_code == 302
    assert GenerationJob.objects.count() == 2


@pytest.mark.parametrize(
    "wrong", [{"prompt": " "}, {"image_count": 9}, {"image_count": "many"}, {"quality": "best"}, {"aspect_ratio": ""}]
)
def test_a_wrong_form_keeps_what_was_written(browser: SignedIn, wrong: dict[str, Any]) -> None:
    page = sent(browser, **{"prompt": "a purple hill"} | wrong)

    assert page.status_code == 422
    assert "errorlist" in page.text
    assert "a purple hill" in page.text or "prompt" in wrong
    assert not GenerationJob.objects.exists()


def test_too_few_credits_are_told_and_the_form_stays(owner: User, browser_of: type[SignedIn]) -> None:
    page = sent(browser_of(with_credits(owner, 3)), image_count=2, quality="hq", prompt="a purple hill")

    assert page.status_code == 422
    assert "This needs 4 credits and you have 3 credits." in page.text
    assert "a purple hill" in page.text


def test_a_reached_limit_is_told_before_and_after_asking(owner: User, browser: SignedIn) -> None:
    User.objects.filter(pk=owner.pk).update(current_period_count=48)
    assert "Your plan has 2 images left" in sent(browser, image_count=3).text

    User.objects.filter(pk=owner.pk).update(current_period_count=50)
    page = browser.get(PAGE).text
    assert "The images of this period are used up." in page
    assert "disabled" in page
    assert "no images left" in sent(browser).text
    assert not GenerationJob.objects.exists()


def test_whoever_has_no_credits_is_told_at_once(owner: User, browser_of: type[SignedIn]) -> None:
    assert "You have no credits left." in browser_of(owner).get(PAGE).text


def test_a_generation_is_used_again_with_all_its_settings(owner: User, browser: SignedIn) -> None:
    luna = CharacterFactory.create(user=owner)
    job = failed(owner, prompt="a purple hill", quality="hq", aspect_ratio="9:16", image_count=3, character=luna)

    page = browser.get(PAGE, {"again": str(job.pk)}).text

    assert "a purple hill</textarea>" in page
    assert f'<option value="{luna.pk}" selected>' in page
    assert 'value="hq" checked' in page
    assert 'value="9:16" checked' in page
    assert 'value="3"' in page


@pytest.mark.parametrize("again", ["", "x", "01935c1e-8f0a-7cc4-9d0e-3a4b5c6d7e8f"])
def test_what_is_not_there_is_not_used_again(browser: SignedIn, again: str) -> None:
    assert browser.get(PAGE, {"again": again}).status_code == 200


def test_a_strangers_generation_is_not_used_again(owner: User, stranger: User, browser: SignedIn) -> None:
    theirs = failed(with_credits(stranger, 5), prompt="a secret hill")

    assert "a secret hill" not in browser.get(PAGE, {"again": str(theirs.pk)}).text


def test_an_archived_influencer_is_neither_offered_nor_taken(owner: User, browser: SignedIn) -> None:
    luna = CharacterFactory.create(user=owner)
    characters.archive(user=owner, character_id=luna.pk)

    assert str(luna.pk) not in browser.get(PAGE, {"character": str(luna.pk)}).text.partition("<form")[2]
    assert sent(browser, character=luna.pk).status_code == 422


def test_a_prompt_is_kept_once_and_named_by_its_generations(owner: User, browser: SignedIn) -> None:
    for _ in range(2):
        sent(browser, keeps_prompt="on")

    kept = owner.prompts.get()
    assert kept.text == "a quiet beach"
    assert {job.prompt for job in owner.generation_jobs.all()} == {kept}
    assert "a quiet beach" in browser.get(PAGE).text


def test_a_refused_request_keeps_no_prompt(owner: User, browser: SignedIn) -> None:
    User.objects.filter(pk=owner.pk).update(current_period_count=50)

    sent(browser, keeps_prompt="on")

    assert not owner.prompts.exists()


def test_a_kept_prompt_replaces_the_text_and_nothing_else(owner: User, browser: SignedIn) -> None:
    kept = prompts.keep(user=owner, text="a purple hill")

    page = sent(browser, use_prompt=kept.pk, prompt="", image_count=3, quality="hq", idempotency_key="form:1")

    assert page.status_code == 200
    assert "a purple hill</textarea>" in page.text
    assert 'value="hq" checked' in page.text
    assert 'name="image_count" value="3"' in page.text
    assert value_of(page, "kept_prompt") == str(kept.pk)
    assert value_of(page, "idempotency_key") == "form:1"
    assert "errorlist" not in page.text
    assert not GenerationJob.objects.exists()


@pytest.mark.parametrize(("prompt", "is_named"), [("a purple hill", True), ("a purple hill at night", False)])
def test_a_generation_names_the_prompt_it_is_from_unless_that_was_changed(
    owner: User, browser: SignedIn, prompt: str, is_named: bool
) -> None:
    kept = prompts.keep(user=owner, text="a purple hill")

    sent(browser, prompt=prompt, kept_prompt=kept.pk)

    assert GenerationJob.objects.get().prompt == (kept if is_named else None)


def test_a_removed_prompt_is_offered_no_longer_and_still_named(owner: User, browser: SignedIn) -> None:
    sent(browser, keeps_prompt="on")
    kept = owner.prompts.get()

    page = sent(browser, remove_prompt=kept.pk, prompt="a purple hill")

    assert "a quiet beach" not in page.text
    assert "a purple hill</textarea>" in page.text
    assert GenerationJob.objects.get().prompt == kept


@pytest.mark.parametrize("act", ["use_prompt", "remove_prompt"])
def test_a_strangers_prompt_is_neither_used_nor_removed(
    owner: User, stranger: User, browser: SignedIn, act: str
) -> None:
    theirs = prompts.keep(user=stranger, text="a secret hill")

    page = sent(browser, **{act: theirs.pk})
    wrong = sent(browser, kept_prompt=theirs.pk)

    assert "a secret hill" not in page.text
    assert wrong.status_code == 422
    assert Prompt.objects.kept().get() == theirs


@pytest.mark.parametrize("act", ["use_prompt", "remove_prompt"])
def test_a_prompt_that_is_none_changes_nothing(browser: SignedIn, act: str) -> None:
    assert "a quiet beach</textarea>" in sent(browser, **{act: "x"}).text


def test_whoever_keeps_too_many_is_told(owner: User, browser: SignedIn) -> None:
    Prompt.objects.bulk_create(Prompt(user=owner, text=f"{number}") for number in range(prompts.MOST_KEPT))

    page = sent(browser, keeps_prompt="on", prompt="a purple hill")

    assert page.status_code == 422
    assert "You keep 100 prompts already." in page.text
    assert "a purple hill</textarea>" in page.text


def test_the_page_takes_eight_queries_however_much_is_kept(
    owner: User, browser: SignedIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        prompts.keep(user=owner, text=f"{number}")
        CharacterFactory.create(user=owner)

    # Session and user; plan, balance, usage, limit; influencers and prompts.
    with django_assert_num_queries(7):
        browser.get(PAGE)
