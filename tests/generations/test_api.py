"""Usage in the JSON API."""

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.accounts.scopes import Scope
from apps.generations import operations, production
from tests.conftest import Program
from tests.factories import issued, on_plan, wish

pytestmark = pytest.mark.django_db

URL = "/api/v1/usage"


@pytest.fixture
def program(owner: User) -> Program:
    """A program of the owner's that may read generations."""
    return Program(issued(owner, Scope.GENERATIONS_READ).secret)


def test_usage_counts_what_is_done_and_what_is_being_made(owner: User, program: Program) -> None:
    done = operations.request(user=on_plan(owner), wish=wish(image_count=2))
    production.produce(done.pk, attempt=1)
    operations.request(user=owner, wish=wish(image_count=3))
    owner.refresh_from_db()
    assert owner.last_reset_date

    assert program.get(URL).json() == {
        "hasLimit": True,
        "limit": 50,
        "used": 5,
        "remaining": 45,
        "canGenerate": True,
        "lifetimeTotal": 2,
        "currentPeriodUsed": 2,
        "lastResetDate": owner.last_reset_date.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "balance": 45,
    }


def test_without_a_limit_nothing_remains_to_be_counted(owner: User, program: Program) -> None:
    on_plan(owner, "studio")

    usage = program.get(URL).json()

    assert (usage["hasLimit"], usage["limit"], usage["remaining"], usage["canGenerate"]) == (False, None, None, True)


def test_a_person_without_plan_has_used_nothing(program: Program) -> None:
    usage = program.get(URL).json()

    assert (usage["used"], usage["lastResetDate"], usage["balance"]) == (0, None, 0)


def test_usage_takes_four_queries(
    owner: User, program: Program, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    on_plan(owner)
    program.get(URL)

    with django_assert_num_queries(4):
        program.get(URL)
