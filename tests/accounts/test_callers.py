"""A session may write only with the site's own CSRF token; a token needs none."""

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from apps.accounts.api_auth import SignedIn
from apps.accounts.callers import ForgedRequest, caller_of
from apps.accounts.models import User
from tests.factories import issued

pytestmark = pytest.mark.django_db

CSRF = "a" * 32


@pytest.fixture
def ask() -> RequestFactory:
    return RequestFactory(enforce_csrf_checks=True)


def test_a_session_reads_without_a_csrf_token(ask: RequestFactory, owner: User) -> None:
    request = ask.get("/")
    request.user = owner

    caller = caller_of(request)

    assert caller
    assert caller.user == owner


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_session_does_not_write_without_one(ask: RequestFactory, owner: User, method: str) -> None:
    request = ask.generic(method, "/", "{}", "application/json")
    request.user = owner

    with pytest.raises(ForgedRequest):
        caller_of(request)


def test_a_session_writes_with_it(ask: RequestFactory, owner: User) -> None:
    request = ask.post("/", "{}", "application/json", headers={"x-csrftoken": CSRF})
    request.COOKIES[settings.CSRF_COOKIE_NAME] = CSRF
    request.user = owner

    assert caller_of(request)


def test_a_session_does_not_write_for_another_site(ask: RequestFactory, owner: User) -> None:
    headers = {"x-csrftoken": CSRF, "origin": "https://elsewhere.example"}
    request = ask.post("/", "{}", "application/json", headers=headers)
    request.COOKIES[settings.CSRF_COOKIE_NAME] = CSRF
    request.user = owner

    with pytest.raises(ForgedRequest):
        caller_of(request)


def test_a_token_writes_without_it(ask: RequestFactory, owner: User) -> None:
    headers = {"authorization": f"Bearer {issued(owner).secret}"}
    request = ask.post("/", "{}", "application/json", headers=headers)
    request.user = AnonymousUser()

    assert caller_of(request)


def test_other_ways_to_sign_in_say_nothing(ask: RequestFactory) -> None:
    request = ask.get("/", headers={"authorization": "Basic b3duZXI6cGFzcw=="})
    request.user = AnonymousUser()

    assert caller_of(request) is None


def test_the_name_of_the_session_cookie_is_the_one_the_description_names() -> None:
    assert SignedIn.openapi_name == settings.SESSION_COOKIE_NAME == "__Host-sessionid"
