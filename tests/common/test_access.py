"""Who may open a view, and where everyone else is sent."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from apps.accounts.models import User
from apps.common import access
from tests.conftest import SignedIn

pytestmark = pytest.mark.django_db

PAGE = "/activity/?type=credits&status=failed"
FRAGMENT = {"HX-Request": "true"}


@access.staff("accounts.view_user")
def records(request: HttpRequest) -> HttpResponse:
    return HttpResponse("records")


def asked_by(user: User | AnonymousUser) -> HttpRequest:
    request = RequestFactory().get("/records/")
    request.user = user
    return request


def way_back(location: str) -> str:
    """The page to which the sign-in will return."""
    return parse_qs(urlsplit(location).query)["next"][0]


def test_whoever_is_not_signed_in_signs_in_and_comes_back_to_the_same_page(client: Client) -> None:
    answer = client.get(PAGE)

    assert answer.status_code == 302
    assert urlsplit(answer.headers["Location"]).path == "/accounts/login/"
    assert way_back(answer.headers["Location"]) == PAGE


def test_a_fragment_of_an_expired_session_sends_the_whole_page_to_sign_in_and_back_to_the_same_view(
    owner: User, browser_of: type[SignedIn]
) -> None:
    browser = browser_of(owner)
    browser.session.flush()

    answer = browser.get("/activity/?cursor=abc", headers=FRAGMENT | {"HX-Current-URL": f"http://testserver{PAGE}"})

    assert answer.status_code == 200
    assert way_back(answer.headers["HX-Redirect"]) == PAGE


@pytest.mark.parametrize("page", [None, "", "http://[", "http://testserver", "\\", quote("é")])
def test_a_fragment_that_cannot_say_where_it_stands_is_sent_to_sign_in_all_the_same(
    client: Client, page: str | None
) -> None:
    answer = client.get("/activity/", headers=FRAGMENT | ({"HX-Current-URL": page} if page is not None else {}))

    assert answer.headers["HX-Redirect"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize(
    "page", ["http://evil.example/x", "//evil.example/x", "http://a//evil.example/x", "javascript:x"]
)
def test_the_way_back_never_leaves_the_site(client: Client, owner: User, page: str) -> None:
    answer = client.get("/activity/", headers=FRAGMENT | {"HX-Current-URL": page})
    signed_in = client.post(answer.headers["HX-Redirect"], {"login": owner.email, "password": "correct horse battery"})

    assert signed_in.status_code == 302
    assert not urlsplit(signed_in.headers["Location"]).netloc
    assert not signed_in.headers["Location"].startswith("//")


def test_staff_with_the_permission_may(teammate: User) -> None:
    kind = ContentType.objects.get_for_model(User)
    teammate.user_permissions.add(Permission.objects.get(codename="view_user", content_type=kind))

    assert records(asked_by(User.objects.get(pk=teammate.pk))).status_code == 200


def test_for_anyone_else_a_staff_page_does_not_exist(teammate: User, stranger: User) -> None:
    kind = ContentType.objects.get_for_model(User)
    stranger.user_permissions.add(Permission.objects.get(codename="view_user", content_type=kind))

    for person in (teammate, stranger):
        with pytest.raises(Http404):
            records(asked_by(person))


def test_whoever_is_not_signed_in_may_sign_in_to_a_staff_page() -> None:
    assert way_back(records(asked_by(AnonymousUser())).headers["Location"]) == "/records/"


def test_a_mark_says_who_may() -> None:
    assert records.access == "staff:accounts.view_user"  # type: ignore[attr-defined]
