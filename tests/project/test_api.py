"""The API as a whole: its description is true, its errors are problems, and its page needs nobody else's scripts."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.conf import LazySettings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker
from schemathesis import Case
from schemathesis.specs.openapi.checks import positive_data_acceptance

from activity_project.api import api
from apps.common.access import public
from apps.generations import operations
from tests.conftest import empty_database
from tests.factories import UserFactory, issued, on_plan, wish


@public
def _broken(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret that nobody may see")


urlpatterns = [path("api/v1/broken", _broken)]


@cache
def _handler() -> WSGIHandler:
    """Made while a test runs, with the settings of tests."""
    return get_wsgi_application()


def _application(environ: dict[str, Any], start_response: Any) -> Any:
    return _handler()(environ, start_response)


as_described = schemathesis.openapi.from_dict(dict(api.get_openapi_schema()))
as_described.app = _application


@pytest.fixture
def secret(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The token of someone with a short history, which is committed."""
    with django_db_blocker.unblock():
        owner = on_plan(UserFactory.create())
        for _ in range(3):
            operations.request(user=owner, wish=wish())
        yield issued(owner).secret
        empty_database()


@as_described.parametrize()
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_sent_the_answer_is_one_that_the_description_names(case: Case[Any], secret: str) -> None:
    # An invented cursor looks like a real one and yet is none: what fits the description may still be refused.
    headers = {"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity"}
    case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])


@pytest.mark.parametrize("url", ["/api/v1/nothing", "/api/v1/", "/api/v1/activity/", "/api/v1/activity/x/y/z"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.django_db
def test_an_unknown_address_is_a_problem(url: str, method: str) -> None:
    answer = Client().generic(method, url)

    assert answer.status_code in {404, 405}
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code


def test_a_wrong_method_is_a_problem_that_names_the_right_ones() -> None:
    answer = Client().delete("/api/v1/activity")

    assert answer.status_code == 405
    assert answer["Allow"] == "GET"
    assert answer.json()["title"] == "Method Not Allowed"


@pytest.mark.urls(__name__)
def test_a_crash_is_a_problem_that_tells_nothing() -> None:
    answer = Client(raise_request_exception=False).get("/api/v1/broken", headers={"accept-encoding": "gzip"})

    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert "Content-Encoding" not in answer
    assert answer.json()["title"] == "Internal Server Error"
    assert "secret" not in answer.text


def test_a_request_for_another_host_is_a_problem(settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["activity.example"]

    answer = Client().get("/api/v1/usage", headers={"host": "elsewhere.example"})

    assert answer.status_code == 400
    assert answer.json()["status"] == 400


def test_pages_outside_the_api_keep_their_own_errors() -> None:
    assert Client().get("/nothing/")["Content-Type"].startswith("text/html")


def test_the_description_says_who_may_call_what() -> None:
    schema = api.get_openapi_schema()

    for operations_of_path in schema["paths"].values():
        for operation in operations_of_path.values():
            token, session = operation["security"]
            assert len(token["BearerToken"]) == 1
            assert session == {"SignedIn": []}
            assert {"401", "403", "429"} <= operation["responses"].keys()


def test_the_page_for_people_shows_every_operation_and_shape() -> None:
    page = Client().get("/api/v1/docs")

    for operation in api.operations():
        assert f'id="{api.get_openapi_operation_id(operation)}"' in page.text
    shown = set(re.findall(r'href="#([^"]+)"', page.text)) - {"content"}
    assert shown <= set(re.findall(r'id="([^"]+)"', page.text))
    assert "shape-Item" in shown
    assert "generation_completed" in page.text


def test_the_page_for_people_carries_no_script_or_style_of_its_own() -> None:
    page = Client().get("/api/v1/docs").text

    assert not re.search(
        r"<script(?![^>]+src=\"/static/)|<style|\sstyle=|\son\w+=|(?:src|href)=.https?://(?!testserver)", page
    )
