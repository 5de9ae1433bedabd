"""What every answer says to a browser, whatever kind of answer it is: by the rules of Mozilla's Observatory."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from apps.common.access import public
from apps.webhooks.views import BAD_SIGNATURES
from tests.stage import Stage, read_to_the_end


@public
def _broken(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret that nobody may see")


urlpatterns = [path("broken", _broken), path("", include("activity_project.urls"))]

Ask = Callable[[Stage], Any]


def _asked(path: str, *, who: str = "owner", method: str = "get", **options: Any) -> Ask:
    def ask(stage: Stage) -> Any:
        browser = stage.browser(who)
        browser.raise_request_exception = False
        return getattr(browser, method)(path, secure=True, **options)

    return ask


def _first(name: str, *, who: str = "owner", **headers: str) -> Ask:
    return lambda stage: stage.browser(who).get(stage.addresses[name][0], secure=True, headers=headers)


def _forged(_stage: Stage) -> Any:
    return Client(enforce_csrf_checks=True).post("/accounts/login/", secure=True)


def _too_often(_stage: Stage) -> Any:
    for _ in range(BAD_SIGNATURES.times):
        BAD_SIGNATURES.count("127.0.0.1")
    return Client().post("/webhooks/stripe/", b"{}", "application/json", secure=True)


def _signed_out(path: str) -> Ask:
    return _asked(path, who="anonymous")


ANSWERS: dict[str, tuple[int, Ask]] = {
    "page": (200, _asked("/activity/")),
    "page for everyone": (200, _signed_out("/")),
    "fragment": (200, _asked("/activity/", headers={"HX-Request": "true", "HX-Target": "timeline"})),
    "staff page": (200, _asked("/admin/", who="admin")),
    "records": (200, _asked("/admin/records/", who="admin")),
    "data": (200, _asked("/api/v1/usage")),
    "problem": (404, _asked("/api/v1/nothing")),
    "tRPC": (200, _asked("/trpc/profile.getProfile")),
    "description": (200, _signed_out("/api/v1/openapi.json")),
    "export": (200, _asked("/activity/export.csv")),
    "picture of somebody's": (200, _first("generations:image")),
    "part of a picture": (206, _first("generations:image", Range="bytes=0-9")),
    "picture in the shop": (200, _first("shop:picture", who="anonymous")),
    "public document": (200, _first("credentials:did", who="anonymous")),
    "static file": (200, _signed_out("/static/js/theme.js")),
    "redirect": (302, _signed_out("/activity/")),
    "sign-in": (200, _signed_out("/accounts/login/")),
    "health": (200, _signed_out("/healthz")),
    "readiness": (200, _signed_out("/readyz")),
    "bad form": (400, _asked("/generate/", method="post", data={f"a{number}": "" for number in range(1_100)})),
    "unknown host": (400, _asked("/", who="anonymous", headers={"host": "evil.example"})),
    "forged": (403, _forged),
    "nothing": (404, _signed_out("/nothing/")),
    "wrong method": (405, _asked("/healthz", method="delete")),
    "too large": (413, _asked("/generate/", method="post", data={"prompt": "x" * 2_600_000})),
    "unsigned": (400, _asked("/webhooks/stripe/", who="anonymous", method="post", data={})),
    "too often": (429, _too_often),
    "crash": (500, _asked("/broken")),
}
SOMEBODYS = {
    "page", "fragment", "staff page", "records", "data", "problem", "tRPC", "export", "too large", "crash", "bad form",
}  # fmt: skip
answers = pytest.mark.parametrize("kind", ANSWERS)


@pytest.fixture(autouse=True)
def _as_in_production(settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SECURE_SSL_REDIRECT = True


@pytest.fixture
def answer(kind: str, stage: Stage) -> Any:
    status, ask = ANSWERS[kind]
    answer = ask(stage)
    read_to_the_end(answer)
    assert answer.status_code == status
    return answer


@answers
@pytest.mark.urls(__name__)
def test_every_answer_is_guarded(kind: str, answer: Any) -> None:
    policy = answer["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Permissions-Policy"]
    assert "Server" not in answer
    assert answer.get("Access-Control-Allow-Origin") == ("*" if kind == "public document" else None)
    _assert_cookies_are_out_of_reach(answer)
    if kind != "unknown host":
        assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


@pytest.mark.parametrize("kind", sorted(SOMEBODYS))
@pytest.mark.urls(__name__)
def test_nobody_on_the_way_keeps_what_is_somebodys(kind: str, answer: Any) -> None:
    assert {"private", "no-store"} <= set(answer["Cache-Control"].replace(",", "").split())


def _assert_cookies_are_out_of_reach(answer: Any) -> None:
    """Of other hosts, of plain HTTP, of scripts and of other sites' forms."""
    for name, cookie in answer.cookies.items():
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax"), name
        assert (cookie["path"], cookie["domain"]) == ("/", ""), name


def test_plain_http_is_sent_to_https_on_the_same_host() -> None:
    answer = Client().get("/activity/?a=1")

    assert answer.status_code == 301
    assert answer["Location"] == "https://testserver/activity/?a=1"
    assert answer["Content-Security-Policy"]


def test_a_session_is_kept_under_a_name_that_no_other_host_can_set(stage: Stage) -> None:
    assert [name for name in stage.browser("owner").cookies if name.startswith("__Host-")]


def test_no_file_that_somebody_sends_is_taken(stage: Stage) -> None:
    from_form = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f.svg"\r\n\r\n<svg/>\r\n--x--\r\n'

    answer = stage.browser("owner").post("/account/", from_form, "multipart/form-data; boundary=x", secure=True)

    assert not answer.wsgi_request.FILES
