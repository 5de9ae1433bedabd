"""The network's API against its own description, with input that nobody thought of, for who may do everything there."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from pytest_django import DjangoDbBlocker
from schemathesis import Case
from schemathesis.checks import not_a_server_error

from activity_project.api import network_api
from tests.conftest import empty_database
from tests.credentials import makers
from tests.factories import UserFactory, issued, on_plan
from tests.security.examples import tried


@cache
def _handler() -> WSGIHandler:
    """Made while a test runs, with the settings of tests."""
    return get_wsgi_application()


def _application(environ: dict[str, Any], start_response: Any) -> Any:
    return _handler()(environ, start_response)


network = schemathesis.openapi.from_dict(dict(network_api.get_openapi_schema()))
network.app = _application


@pytest.fixture(scope="module")
def issuers_secret(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The token of an issuer who has issued something, which is committed."""
    with django_db_blocker.unblock():
        owner = on_plan(UserFactory.create())
        issuer = makers.profile("academy", user=owner)
        makers.profile("ada")
        makers.sent(issuer, makers.boost(issuer), "ada", activity_id="mine")
        yield issued(owner).secret
        empty_database()


@network.parametrize()
@tried(times=6)
def test_no_request_breaks_the_network(
    case: Case[Any], issuers_secret: str, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        case.call_and_validate(headers={"Authorization": f"Bearer {issuers_secret}"}, checks=[not_a_server_error])
