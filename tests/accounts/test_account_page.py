"""The account page: tokens are made, shown once, and taken back."""

import re
from uuid import uuid4

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from pytest_django import DjangoAssertNumQueries

from apps.accounts import tokens
from apps.accounts.models import ApiToken, Plan, User
from apps.credits.verification import verify
from apps.generations import operations
from tests.conftest import SignedIn
from tests.factories import having_made, issued, on_plan, wish, with_credits
from tests.generations.stand_ins import made

pytestmark = pytest.mark.django_db

ASKED = {"name": "Backup script", "scopes": ["activity:read", "credits:read"], "days": "90"}


def test_a_new_token_is_shown_in_the_answer_and_works(owner: User, browser_of: type[SignedIn]) -> None:
    page = browser_of(owner).post("/account/tokens/", ASKED)

    (secret,) = set(re.findall(r"act_[\w-]{43}", page.text))
    token = tokens.authenticate(secret, now=timezone.now())
    assert token
    assert token.user == owner
    assert token.scopes == ["activity:read", "credits:read"]
    assert token.expires_at
    assert "no-store" in page["Cache-Control"]


def test_the_secret_is_never_shown_again_and_in_no_cookie(owner: User, browser_of: type[SignedIn]) -> None:
    browser = browser_of(owner)
    page = browser.post("/account/tokens/", ASKED)
    secret = re.search(r"act_[\w-]{43}", page.text)

    later = browser.get("/account/")

    assert secret
    assert secret[0] not in later.text
    assert secret[0][:10] in later.text  # enough to tell it from another
    assert secret[0] not in browser.cookies.output()


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"scopes": []}, {"scopes": ["*:*"]}, {"days": "9999"}, {"name": "x" * 61}]
)
def test_a_form_that_is_not_right_makes_no_token(
    owner: User, browser_of: type[SignedIn], wrong: dict[str, object]
) -> None:
    page = browser_of(owner).post("/account/tokens/", ASKED | wrong)

    assert page.status_code == 422
    assert "errorlist" in page.text
    assert not ApiToken.objects.exists()


def test_who_has_the_most_tokens_is_told_what_to_do(owner: User, browser_of: type[SignedIn]) -> None:
    for _ in range(tokens.MOST_TOKENS):
        issued(owner)

    page = browser_of(owner).post("/account/tokens/", ASKED)

    assert page.status_code == 422
    assert "Revoke one" in page.text


def test_revoking_takes_effect_at_once(owner: User, browser_of: type[SignedIn]) -> None:
    token, secret = issued(owner)

    page = browser_of(owner).post(f"/account/tokens/{token.pk}/revoke/", follow=True)

    assert "no longer works" in page.text
    assert token.beginning not in page.text
    assert tokens.authenticate(secret, now=timezone.now()) is None


def test_a_strangers_token_answers_like_one_that_does_not_exist(
    owner: User, stranger: User, browser_of: type[SignedIn]
) -> None:
    token, secret = issued(owner)
    browser = browser_of(stranger)

    answer, missing = (browser.post(f"/account/tokens/{id_}/revoke/") for id_ in (token.pk, uuid4()))

    assert answer.status_code == missing.status_code == 404
    assert answer.content == missing.content
    assert tokens.authenticate(secret, now=timezone.now())


def test_the_page_shows_only_ones_own_tokens(owner: User, stranger: User, browser_of: type[SignedIn]) -> None:
    theirs = issued(owner).token

    assert theirs.beginning not in browser_of(stranger).get("/account/").text


def test_the_page_takes_the_same_queries_however_much_there_is(
    owner: User, browser_of: type[SignedIn], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with_credits(on_plan(owner), 50)
    browser = browser_of(owner)
    verify()
    for _ in range(5):
        issued(owner)
        made(owner, 2)

    # session, person; plan, usage, its history, balance, last check, first movement, tokens
    with django_assert_num_queries(2 + 7):
        browser.get("/account/")


def test_the_page_draws_what_is_used_and_when_it_resets(owner: User, browser_of: type[SignedIn]) -> None:
    made(on_plan(owner), 3)
    operations.request(user=owner, wish=wish(image_count=4))
    page = browser_of(owner).get("/account/")
    assert "<strong>7 / 50</strong>" in page.text
    assert '<progress class="meter" value="7" max="50"' in page.text
    assert "4 images, counted already" in page.text
    assert "It renews by itself." in page.text


def test_a_reached_limit_is_said(owner: User, browser_of: type[SignedIn]) -> None:
    having_made(on_plan(owner), 50)
    page = browser_of(owner).get("/account/")
    assert "The limit is reached" in page.text
    assert 'class="meter full"' in page.text


def test_the_history_has_a_bar_a_day_of_ones_own_and_the_same_figures_in_a_table(
    owner: User, stranger: User, browser_of: type[SignedIn]
) -> None:
    owner.time_zone = "Pacific/Auckland"
    owner.save()
    made(with_credits(owner, 9), 3)
    made(with_credits(stranger, 9), 5)
    today = timezone.now().astimezone(owner.zone).date()

    history = browser_of(owner).get("/account/").context["usage_history"]

    assert [bar.value for bar in history.chart.bars] == [0] * 29 + [3]
    assert [(row.day, row.images) for row in history.rows] == [(date_format(today, "j F Y"), "3")]
    assert history.summary.startswith("3 images in the last 30 days")


def test_without_images_there_is_no_empty_chart(owner: User, browser_of: type[SignedIn]) -> None:
    page = browser_of(on_plan(owner)).get("/account/")
    assert "No images were made in the last 30 days." in page.text
    assert '<svg class="chart"' not in page.text


def test_the_end_of_a_plan_and_the_one_that_follows_are_said(owner: User, browser_of: type[SignedIn]) -> None:
    on_plan(owner).subscriptions.update(next_plan=Plan.objects.get(slug="pro"))
    assert "You go on with Pro." in browser_of(owner).get("/account/").text
    owner.subscriptions.update(next_plan=None, ends_with_period=True)
    assert "The plan ends." in browser_of(owner).get("/account/").text
