"""Who may call the API: every operation, with good tokens, bad ones, and none."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from ninja.operation import Operation

from activity_project.api import api
from apps.accounts import callers, tokens
from apps.accounts.models import User
from apps.accounts.scopes import Scope
from tests.conftest import Program, SignedIn
from tests.factories import issued

pytestmark = pytest.mark.django_db

OPERATIONS = list(api.operations())
every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.view_func.__name__)


def _url(operation: Operation) -> str:
    """An address of the operation at which, where it takes an id, there is nothing."""
    known = {"sourceType": "generation_job", "number": 1}
    taken = {name: known.get(name, uuid4()) for name in re.findall(r"{(?:\w+:)?(\w+)}", operation.path)}
    return reverse(f"api:{operation.view_func.__name__}", kwargs=taken)


def _status(client: Client, operation: Operation) -> int:
    return client.generic(operation.methods[0], _url(operation)).status_code


def _scope(operation: Operation) -> Scope:
    (scope,) = {way.scope for way in operation.auth_callbacks if hasattr(way, "scope")}
    return Scope(scope)


@every_operation
def test_a_token_with_the_scope_gets_in(owner: User, operation: Operation) -> None:
    program = Program(issued(owner, _scope(operation)).secret)

    assert _status(program, operation) in {200, 404, 422}


@every_operation
def test_a_token_without_the_scope_does_not(owner: User, operation: Operation) -> None:
    others = [scope for scope in Scope if scope != _scope(operation)]

    answer = Program(issued(owner, *others).secret).generic(operation.methods[0], _url(operation))

    assert answer.status_code == 403
    assert f'scope="{_scope(operation)}"' in answer["WWW-Authenticate"]


@every_operation
def test_expired_and_revoked_and_made_up_tokens_are_refused(owner: User, operation: Operation) -> None:
    now = timezone.now()
    expired = issued(owner, lifetime=timedelta(days=30), now=now - timedelta(days=31)).secret
    token, revoked = issued(owner)
    tokens.revoke(user=owner, token_id=token.pk, now=now)

    for secret in (expired, revoked, "act_" + "A" * 43, ""):
        assert _status(Program(secret), operation) == 401


@every_operation
def test_without_a_caller_nothing_is_said_about_the_input(operation: Operation) -> None:
    answer = Client().generic(operation.methods[0], _url(operation) + "?limit=x", "{", "application/json")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"] == []


def test_a_bad_token_is_refused_even_from_a_browser_that_is_signed_in(owner: User, browser_of: type[SignedIn]) -> None:
    answer = browser_of(owner).get("/api/v1/usage", headers={"authorization": "Bearer act_x"})

    assert answer.status_code == 401


def test_a_token_speaks_for_its_person_and_not_for_the_one_who_is_signed_in(
    owner: User, stranger: User, browser_of: type[SignedIn]
) -> None:
    secret = issued(owner).secret

    request = browser_of(stranger).get("/api/v1/usage", headers={"authorization": f"bearer {secret}"}).wsgi_request

    assert request.auth.user == owner  # type: ignore[attr-defined]


@pytest.mark.usefixtures("one_moment")
def test_bad_tokens_from_one_address_are_slowed_down_and_good_ones_are_not(owner: User) -> None:
    program = Program("act_guess")
    answers = [program.get("/api/v1/usage") for _ in range(callers.BAD_TOKENS.times + 1)]

    assert {answer.status_code for answer in answers[:-1]} == {401}
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1]["Retry-After"]) <= callers.BAD_TOKENS.seconds
    assert program.get("/api/v1/usage", REMOTE_ADDR="192.0.2.7").status_code == 401
    assert Program(issued(owner).secret).get("/api/v1/usage").status_code == 200
