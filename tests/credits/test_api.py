"""The ledger in the JSON API."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.accounts.scopes import Scope
from apps.common import keyset
from apps.credits.models import CreditTransaction
from apps.generations import operations
from tests.conftest import Program
from tests.factories import issued, on_plan, wish, with_credits

pytestmark = pytest.mark.django_db

URL = "/api/v1/credits/transactions"


@pytest.fixture
def program(owner: User) -> Program:
    """A program of the owner's that may read credits."""
    return Program(issued(owner, Scope.CREDITS_READ).secret)


def test_a_transaction_is_told_as_the_ledger_has_it(owner: User, program: Program) -> None:
    job = operations.request(user=on_plan(owner), wish=wish(quality="hq"))

    charge, grant = program.get(URL).json()["items"]

    row = CreditTransaction.objects.get(pk=charge["id"])
    assert charge == {
        "id": str(row.pk),
        "type": "generation",
        "amount": -2,
        "balanceAfter": 48,
        "referenceType": "generation_job",
        "referenceId": str(job.pk),
        "qualityMode": "hq",
        "description": "",
        "createdAt": row.created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }
    assert (grant["type"], grant["referenceType"], grant["referenceId"]) == ("subscription_grant", "", None)


def test_the_pages_together_are_the_ledger_newest_first(owner: User, program: Program) -> None:
    for credits in range(1, 8):
        with_credits(owner, credits)

    walked: list[int] = []
    query: dict[str, Any] = {"limit": 3}
    while "cursor" not in query or query["cursor"]:
        page = program.get(URL, query).json()
        walked += [row["amount"] for row in page["items"]]
        query["cursor"] = page["nextCursor"]
        with_credits(owner, 100)  # what is written meanwhile comes on top and moves nothing

    assert walked == [7, 6, 5, 4, 3, 2, 1]


def test_nobody_sees_a_strangers_transactions(stranger: User, program: Program) -> None:
    with_credits(stranger, 5)

    assert program.get(URL).json() == {"items": [], "nextCursor": None}


@pytest.mark.parametrize("number", ["", "-1", "1.0", "²", "x", "9" * 19, "9" * 4000, " 1"])
def test_a_number_that_is_none_makes_a_bad_cursor(program: Program, number: str) -> None:
    answer = program.get(URL, {"cursor": keyset.encode({"n": number})})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == "cursor"


@pytest.mark.parametrize(
    ("parameter", "value"), [("limit", "0"), ("limit", "101"), ("cursor", "e30"), ("type", "bonus")]
)
def test_a_value_that_is_not_understood_is_named(program: Program, parameter: str, value: str) -> None:
    answer = program.get(URL, {parameter: value})

    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


def test_a_page_takes_two_queries(
    owner: User, program: Program, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with_credits(owner, 5)
    program.get(URL)

    with django_assert_num_queries(2):
        program.get(URL)


STATEMENT = "/api/v1/credits/statement"


def test_a_statement_adds_up_to_the_ledger(owner: User, program: Program) -> None:
    operations.request(user=on_plan(owner), wish=wish(quality="hq"))

    told = program.get(STATEMENT).json()

    assert told["openingBalance"] + sum(total["credits"] for total in told["totals"]) == told["closingBalance"] == 48
    assert {total["type"] for total in told["totals"] if total["count"]} == {"generation", "subscription_grant"}


def test_a_statement_of_days_before_the_account_is_empty(owner: User, program: Program) -> None:
    on_plan(owner)

    told = program.get(STATEMENT, {"firstDay": "2020-02-01"}).json()

    assert (told["lastDay"], told["openingBalance"], told["closingBalance"]) == ("2020-02-29", 0, 0)


@pytest.mark.parametrize(
    "query", [{"firstDay": "2026-02-02", "lastDay": "2026-02-01"}, {"firstDay": "1999-01-01"}, {"lastDay": "soon"}]
)
def test_days_that_make_no_period_are_named(program: Program, query: dict[str, str]) -> None:
    answer = program.get(STATEMENT, query)

    assert answer.status_code == 400
    assert "Day" in str(answer.json()["errors"])
