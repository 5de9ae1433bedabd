"""The account page: tokens are made, shown once, and taken back."""

import re
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts import tokens
from apps.accounts.models import ApiToken, User
from tests.conftest import SignedIn
from tests.factories import issued, on_plan

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


def test_the_page_takes_the_same_queries_however_many_tokens(
    owner: User, browser_of: type[SignedIn], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    on_plan(owner)
    browser = browser_of(owner)
    for _ in range(5):
        issued(owner)

    with django_assert_num_queries(8):
        browser.get("/account/")
