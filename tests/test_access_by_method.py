"""Every address × every method × everyone: a row of the access matrix that tells who may look says nothing of who acts.

What isn't placed here takes no method but that of its row in the matrix: a route that takes another fails.
"""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, include, path

from apps.accounts.models import User
from apps.common.access import public
from tests.addresses import names_of_ours, of_accounts, our_patterns
from tests.conftest import SignedIn, but_for_its_id
from tests.factories import UserFactory
from tests.stage import WHO, Stage, read_to_the_end
from tests.test_access_matrix import ACTS, GONE, MATRIX, SIGN_IN

METHODS = ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
REFUSALS = {SIGN_IN, 401, 403, GONE, 405}
# What is both looked at and posted to, beside the acts of the matrix: pages with a form, and doors of programs.
TAKE_POSTS = {
    "accounts:account", "api:list_generations", "credentials:boost", "credentials:boosts", "credentials:claim",
    "credentials:integrations", "credits:plan", "generations:character", "generations:characters",
    "generations:generate", "shop:no-reminders", "shop:product", "shop:return-to-cart", "trpc", "webhooks:email",
    "webhooks:printify", "webhooks:stripe",
}  # fmt: skip
FORM, SENT_AS = "application/x-www-form-urlencoded", {"trpc": "application/json"}
UUIDS = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
TOKENS = re.compile(r'csrf[^>"]*"[^"]*"[^>]*|"X-CSRFToken":"[^"]*"')


@pytest.mark.parametrize("name", names_of_ours())
def test_an_address_takes_no_method_but_those_it_is_placed_for(name: str, stage: Stage) -> None:
    takes_posts = name in TAKE_POSTS | ACTS
    for method in METHODS:
        for who in WHO if method == "POST" and takes_posts else ("owner", "admin"):
            browser = stage.browser(who)
            outcome = _outcome(browser.generic(method, stage.addresses[name][0], b"{}", SENT_AS.get(name, FORM)))
            may = method == "POST" and takes_posts and MATRIX[name][who] not in REFUSALS - {405}
            assert may or outcome in REFUSALS, (method, who)


def _outcome(answer: Any) -> int | str:
    read_to_the_end(answer)
    return SIGN_IN if answer.get("Location", "").startswith("/accounts/login/") else answer.status_code


def _mine() -> list[str]:
    """What exists for its owner alone."""
    return [name for name in names_of_ours() if MATRIX[name]["stranger"] == GONE and MATRIX[name]["owner"] != GONE]


@pytest.mark.parametrize("name", _mine())
def test_what_is_somebody_elses_answers_like_what_does_not_exist(name: str, stage: Stage) -> None:
    method = "post" if name in ACTS else "get"
    for url in stage.addresses[name]:
        missing = UUIDS.sub(lambda _: str(uuid4()), url)
        found = getattr(stage.browser("stranger"), method)(url)
        nothing = getattr(stage.browser("stranger"), method)(missing)
        assert (found.status_code, _words(found)) == (nothing.status_code, _words(nothing))
        assert _headers(found) == _headers(nothing)


def _words(answer: Any) -> str:
    """The body, but for what is another in every answer."""
    return TOKENS.sub("", UUIDS.sub("", answer.text))


def _headers(answer: Any) -> dict[str, str]:
    return {name: value for name, value in but_for_its_id(answer).items() if name != "Content-Length"}


def _staff_pages() -> Iterator[Any]:
    """The staff's addresses with the permission that their mark names."""
    for pattern in our_patterns(get_resolver()):
        mark = getattr(pattern.callback, "access", "")
        if mark.startswith("staff:") and mark != "staff:":
            yield pytest.param(str(pattern.name), mark.partition(":")[2], id=str(pattern.name))


@pytest.mark.parametrize(("name", "permission"), list(_staff_pages()))
def test_a_page_of_the_staffs_opens_by_its_own_permission_and_no_other(
    name: str, permission: str, stage: Stage
) -> None:
    app, codename = permission.split(".")
    its = Permission.objects.filter(content_type__app_label=app, codename=codename)
    method = "post" if name in ACTS else "get"
    url = stage.addresses[name][0]

    assert its.count() == 1
    assert _outcome(getattr(_staff_with(its), method)(url)) not in REFUSALS
    assert _outcome(getattr(_staff_with(Permission.objects.exclude(pk__in=its)), method)(url)) == GONE
    assert _outcome(getattr(_signed_in(its), method)(url)) == GONE


def _staff_with(permissions: Any) -> SignedIn:
    return _signed_in(permissions, is_staff=True)


def _signed_in(permissions: Any, **fields: Any) -> SignedIn:
    person: User = UserFactory.create(**fields)
    person.user_permissions.set(permissions)
    return SignedIn(person)


PACKAGES = {"accounts/", "admin/records/"}
ENTRANCES = {
    "account_confirm_email", "account_email_verification_sent", "account_inactive", "account_login", "account_logout",
    "account_reset_password", "account_reset_password_done", "account_reset_password_from_key",
    "account_reset_password_from_key_done", "account_signup", "mfa_authenticate",
}  # fmt: skip


def test_packages_bring_addresses_where_they_are_known_to_and_nowhere_else() -> None:
    ours = {id(pattern.pattern) for pattern in our_patterns(get_resolver())}

    foreign = {
        str(entry.pattern)
        for entry in get_resolver().url_patterns
        if isinstance(entry, URLResolver) and not any(id(each.pattern) in ours for each in _below(entry))
    }

    assert foreign == PACKAGES


def _below(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _below(entry)
        else:
            yield entry


@pytest.mark.parametrize(("name", "where"), of_accounts())
def test_what_signing_in_is_needed_for_is_closed_without(name: str, where: str, stage: Stage) -> None:
    if name not in ENTRANCES:
        for method in ("GET", "POST"):
            assert _outcome(stage.browser("anonymous").generic(method, where)) in {SIGN_IN, 405}


@public
def _new(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("new/", _new, name="new"), path("", include("activity_project.urls"))]


@pytest.mark.urls(__name__)
def test_a_new_address_is_missed_in_the_matrix() -> None:
    assert set(names_of_ours()) - set(MATRIX) == {"new"}
