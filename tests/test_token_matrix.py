"""Every address of the APIs, and every procedure × what a token may do: one scope opens it, and no other.

A new one fails here until it is placed. The token is its owner's, who may do everything there.
"""

from collections.abc import Callable
from typing import Any, Final

import pytest

from activity_project.trpc import endpoint
from apps.accounts.scopes import Scope
from tests.addresses import names_of_ours
from tests.conftest import Program
from tests.factories import issued
from tests.stage import Stage, read_to_the_end

READ, CREDITS = Scope.ACTIVITY_READ, Scope.CREDITS_READ
LOOK, GENERATE = Scope.GENERATIONS_READ, Scope.GENERATIONS_WRITE
ISSUE = Scope.CREDENTIALS_WRITE

# The method that is asked with, and the scope that it needs.
ROUTES: Final = {
    "api:list_activity": ("GET", READ),
    "api:one_activity": ("GET", READ),
    "api:usage": ("GET", LOOK),
    "api:create_generation": ("POST", GENERATE),
    "api:list_generations": ("GET", LOOK),
    "api:read_generation": ("GET", LOOK),
    "api:retry_generation": ("POST", GENERATE),
    "api:read_image": ("GET", LOOK),
    "api:read_thumbnail": ("GET", LOOK),
    "api:list_transactions": ("GET", CREDITS),
    "api:read_statement": ("GET", CREDITS),
    "network:get_activities": ("GET", READ),
    "network:get_stats": ("GET", READ),
    "network:export_csv": ("GET", READ),
    "network:get_lifecycle_statuses": ("POST", READ),
    "network:get_activity": ("GET", READ),
    "network:get_chain": ("GET", READ),
    "network:list_boosts": ("GET", ISSUE),
    "network:add_boost": ("POST", ISSUE),
    "network:read_boost": ("GET", ISSUE),
    "network:change_boost": ("PATCH", ISSUE),
    "network:remove_boost": ("DELETE", ISSUE),
    "network:add_claim_link": ("POST", ISSUE),
    "network:post_send": ("POST", ISSUE),
    "network:post_send_boost": ("POST", ISSUE),
    "network:post_send_credential": ("POST", ISSUE),
    "network:post_accept": ("POST", ISSUE),
    "network:post_claim": ("POST", ISSUE),
    "network:post_revoke": ("POST", ISSUE),
    "network:post_suspend": ("POST", ISSUE),
    "network:post_unsuspend": ("POST", ISSUE),
}
# They ask for no token: what describes the API, and what anybody may verify.
WITHOUT: Final = {
    f"{api}:{page}" for api in ("api", "network") for page in ("api-root", "openapi-json", "openapi-view")
}
WITHOUT.add("network:get_credential")
PROCEDURES: Final = {
    "activity.list": READ,
    "activity.getMyActivities": READ,
    "activity.getActivityStats": READ,
    "activity.getActivity": READ,
    "activity.getActivityChain": READ,
    "activity.getMyCredentialLifecycleStatuses": READ,
    "profile.getProfile": READ,
}


def test_every_route_and_every_procedure_is_placed() -> None:
    of_apis = {name for name in names_of_ours() if name.startswith(("api:", "network:"))}

    assert of_apis == ROUTES.keys() | WITHOUT
    assert not WITHOUT & ROUTES.keys()
    assert set(endpoint.procedures) == PROCEDURES.keys()


def _lacks(answer: Any, scope: Scope) -> bool:
    return answer.status_code in (401, 403) and f"The token lacks the scope {scope}." in answer.text


Ask = Callable[[Program], Any]


def _is_opened_by(scope: Scope, stage: Stage, ask: Ask) -> None:
    """That scope gets in by itself; all others together don't, and are told which one is missing."""
    owner = stage.people["owner"]
    others = [each for each in Scope if each != scope]

    refused, answered = (ask(Program(issued(owner, *scopes).secret)) for scopes in (others, [scope]))
    read_to_the_end(answered)

    assert _lacks(refused, scope)
    assert answered.status_code not in (401, 403)


@pytest.mark.parametrize("name", ROUTES)
def test_one_scope_opens_a_route_and_no_other_does(name: str, stage: Stage) -> None:
    method, scope = ROUTES[name]

    for where in stage.addresses[name]:
        _is_opened_by(scope, stage, lambda program: program.generic(method, where, b"{}", "application/json"))  # noqa: B023


@pytest.mark.parametrize("name", PROCEDURES)
def test_one_scope_opens_a_procedure_and_no_other_does(name: str, stage: Stage) -> None:
    _is_opened_by(PROCEDURES[name], stage, lambda program: program.get(f"/trpc/{name}", {"input": "{}"}))
