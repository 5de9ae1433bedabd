"""Wrong rows written by plain SQL, past all of our code: the database refuses each, and says by which rule."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection

from apps.accounts.models import User
from apps.credits import ledger
from apps.credits.models import CreditTransaction
from tests.factories import bare_job, with_credits

pytestmark = pytest.mark.django_db

JOB, OTHER_JOB, THEIR_JOB, UNCHARGED_JOB, NO_JOB = (UUID(int=number) for number in range(1, 6))

# What a right fourth row says; each case below changes what it names.
RIGHT: Mapping[str, Any] = MappingProxyType(
    {
        "user": "owner",
        "seq": 4,
        "type": "bonus",
        "amount": 5,
        "balance_after": 105,
        "reference_type": "",
        "reference_id": None,
        "idempotency_key": None,
        "by": None,
        "description": "",
        "later_by": "1 second",
    }
)
ROW = """
INSERT INTO credit_transactions (user_id, seq, type, amount, balance_after, reference_type, reference_id,
                                 idempotency_key, recorded_by_id, description, created_at)
SELECT %(user_id)s, %(seq)s, %(type)s, %(amount)s, %(balance_after)s, %(reference_type)s, %(reference_id)s,
       %(idempotency_key)s, %(by_id)s, %(description)s,
       COALESCE((SELECT last_at FROM credit_accounts WHERE user_id = %(user_id)s), now()) + %(later_by)s::interval
"""
MOVED = """
WITH account AS (
  UPDATE credit_accounts SET seq = %(seq)s, balance = %(balance_after)s, last_at = last_at + %(later_by)s::interval
   WHERE user_id = %(user_id)s)
"""


def about(job: UUID, **changes: Any) -> dict[str, Any]:
    return {"reference_type": "generation_job", "reference_id": job, **changes}


def charge(job: UUID, **changes: Any) -> dict[str, Any]:
    return about(job, type="generation", amount=-10, balance_after=90) | changes


def back(job: UUID, **changes: Any) -> dict[str, Any]:
    return about(job, type="refund", amount=10, balance_after=110) | changes


def theirs(**changes: Any) -> dict[str, Any]:
    """A refund of the stranger's charge of 3."""
    return back(THEIR_JOB, user="stranger", seq=3, **changes)


def adjustment(**changes: Any) -> dict[str, Any]:
    return {"type": "admin_adjustment", "by": "teammate", "description": "counted again"} | changes


WRONG_ROWS: dict[str, tuple[dict[str, Any], str]] = {
    "nothing moves": ({"amount": 0, "balance_after": 100}, "amount_fits_its_type"),
    "a charge that adds": (charge(OTHER_JOB, amount=10, balance_after=110), "amount_fits_its_type"),
    "a refund that takes": (back(OTHER_JOB, amount=-10, balance_after=90), "amount_fits_its_type"),
    "a plan refresh that takes": (
        {"type": "subscription_grant", "amount": -5, "balance_after": 95},
        "amount_fits_its_type",
    ),
    "a purchase that takes": ({"type": "purchase", "amount": -5, "balance_after": 95}, "amount_fits_its_type"),
    "a bonus that takes": ({"amount": -5, "balance_after": 95}, "amount_fits_its_type"),
    "an adjustment of nothing": (
        adjustment(amount=0, balance_after=100),
        "amount_fits_its_type",
    ),
    "an unknown type": ({"type": "gift"}, "amount_fits_its_type"),
    "more spent than there is": (
        charge(OTHER_JOB, amount=-101, balance_after=-1),
        "balance_after_is_never_negative",
    ),
    "a gap in the numbers": ({"seq": 5}, "transaction_follows_its_predecessor"),
    "a number used before": ({"seq": 3}, "one_transaction_per_number"),
    "an old number": ({"seq": 1, "balance_after": 5}, "one_transaction_per_number"),
    "a number below one": ({"seq": 0}, "first_transaction_starts_from_zero"),
    "a balance that does not follow": ({"balance_after": 106}, "transaction_follows_its_predecessor"),
    "a beginning above zero": (
        {"user": "teammate", "seq": 1, "balance_after": 6},
        "first_transaction_starts_from_zero",
    ),
    "an account's beginning skipped": ({"user": "teammate", "seq": 2}, "transaction_follows_its_predecessor"),
    "a job charged again": (charge(JOB), "one_charge_and_one_refund_per_job"),
    "a job refunded again": (back(JOB), "one_charge_and_one_refund_per_job"),
    "a job charged to another account": (
        charge(JOB, user="stranger", seq=3, amount=-1, balance_after=3),
        "one_charge_and_one_refund_per_job",
    ),
    "a charge without a job": (
        charge(OTHER_JOB, reference_id=None),
        "charges_and_refunds_name_their_job",
    ),
    "a charge for something else": (
        charge(OTHER_JOB, reference_type="order"),
        "charges_and_refunds_name_their_job",
    ),
    "a refund without a job": (
        back(OTHER_JOB, reference_id=None),
        "charges_and_refunds_name_their_job",
    ),
    "a bonus for a job": (about(OTHER_JOB), "charges_and_refunds_name_their_job"),
    "a charge for a job that there isn't": (charge(NO_JOB), "charge_names_a_job_of_its_person"),
    "a charge for somebody else's job": (charge(UNCHARGED_JOB), "charge_names_a_job_of_its_person"),
    "a refund without a charge": (back(OTHER_JOB), "refund_gives_back_its_charge"),
    "a refund of another account's charge": (
        back(THEIR_JOB, amount=3, balance_after=103),
        "charge_names_a_job_of_its_person",
    ),
    "a refund of less than was charged": (theirs(amount=2, balance_after=6), "refund_gives_back_its_charge"),
    "a refund of more than was charged": (theirs(amount=4, balance_after=8), "refund_gives_back_its_charge"),
    "an adjustment that nobody made": (adjustment(by=None), "adjustment_says_who_and_why"),
    "an adjustment without a reason": (adjustment(description=" "), "adjustment_says_who_and_why"),
    "an idempotency key used before": (
        {"idempotency_key": "first"},
        "one_transaction_per_idempotency_key",
    ),
    "the time of the one before": ({"later_by": "0"}, "transaction_time_rises"),
    "a time before the one before": ({"later_by": "-1 second"}, "transaction_time_rises"),
}

WRONG_STATEMENTS: dict[str, tuple[str, str]] = {
    "a balance moved alone": (
        "UPDATE credit_accounts SET balance = balance + 1 WHERE user_id = %(owner)s",
        "account_only_moves_forward",
    ),
    "a time moved alone": (
        "UPDATE credit_accounts SET last_at = last_at + interval '1 hour' WHERE user_id = %(owner)s",
        "account_only_moves_forward",
    ),
    "a balance moved without its transaction": (
        "UPDATE credit_accounts SET balance = balance + 1, seq = seq + 1 WHERE user_id = %(owner)s",
        "account_is_what_its_last_transaction_left",
    ),
    "a balance below zero": (
        "UPDATE credit_accounts SET balance = -1, seq = seq + 1 WHERE user_id = %(owner)s",
        "account_is_never_negative",
    ),
    "an account back at an earlier transaction": (
        "UPDATE credit_accounts SET balance = 90, seq = 2 WHERE user_id = %(owner)s",
        "account_only_moves_forward",
    ),
    "an account given away": (
        "UPDATE credit_accounts SET user_id = %(teammate)s WHERE user_id = %(owner)s",
        "account_only_moves_forward",
    ),
    "an account deleted": ("DELETE FROM credit_accounts WHERE user_id = %(owner)s", "account_only_moves_forward"),
    "all accounts emptied": ("TRUNCATE credit_accounts", "account_only_moves_forward"),
    "an account born rich": (
        "INSERT INTO credit_accounts (user_id, balance, seq) VALUES (%(teammate)s, 5, 0)",
        "account_starts_empty",
    ),
    "an account born in the middle": (
        "INSERT INTO credit_accounts (user_id, balance, seq) VALUES (%(teammate)s, 100, 3)",
        "account_is_what_its_last_transaction_left",
    ),
    "a transaction changed": (
        "UPDATE credit_transactions SET description = 'x' WHERE user_id = %(owner)s",
        "credit_transactions_append_only",
    ),
    "a transaction deleted": (
        "DELETE FROM credit_transactions WHERE user_id = %(owner)s AND seq = 3",
        "credit_transactions_append_only",
    ),
    "all transactions emptied": ("TRUNCATE credit_transactions CASCADE", "credit_transactions_append_only"),
}


@pytest.fixture(autouse=True)
def people(owner: User, stranger: User, teammate: User) -> dict[str, int]:
    """The owner has a bonus, a charge and its refund; the stranger a bonus and a charge; the teammate no account."""
    for job, person in ((JOB, owner), (OTHER_JOB, owner), (THEIR_JOB, stranger), (UNCHARGED_JOB, stranger)):
        bare_job(person, job)
    with_credits(stranger, 7)
    ledger.spend(user=stranger, credits=3, job_id=THEIR_JOB, by=stranger)
    ledger.award_bonus(user=owner, credits=100, key="first", by=None)
    ledger.spend(user=owner, credits=10, job_id=JOB, by=owner)
    ledger.refund(job_id=JOB, user_id=owner.pk)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return {"owner": owner.pk, "stranger": stranger.pk, "teammate": teammate.pk}


def write(statement: str, people: dict[str, int], changes: Mapping[str, Any]) -> None:
    row = {**RIGHT, **changes}
    with connection.cursor() as cursor:
        by_id = people[row["by"]] if row["by"] else None
        cursor.execute(statement, row | people | {"user_id": people[row["user"]], "by_id": by_id})


def rule(error: IntegrityError) -> str | None:
    name: str | None = error.__cause__.diag.constraint_name  # type: ignore[union-attr]
    return name


def test_a_right_row_that_moves_its_account_is_accepted(people: dict[str, int]) -> None:
    write(MOVED + ROW, people, {})
    assert CreditTransaction.objects.filter(user=people["owner"]).count() == 4


@pytest.mark.parametrize("case", WRONG_ROWS)
def test_a_wrong_row_is_refused(people: dict[str, int], case: str) -> None:
    changes, expected = WRONG_ROWS[case]
    with pytest.raises(IntegrityError) as refusal:
        write(MOVED + ROW, people, changes)
    assert rule(refusal.value) == expected


def test_a_row_that_leaves_its_account_where_it_was_is_refused(people: dict[str, int]) -> None:
    with pytest.raises(IntegrityError) as refusal:
        write(ROW, people, {})
    assert rule(refusal.value) == "transaction_moves_its_account"


def test_a_row_for_somebody_without_an_account_is_refused(people: dict[str, int]) -> None:
    with pytest.raises(IntegrityError) as refusal:
        write(ROW, people, {"user": "teammate", "seq": 1, "balance_after": 5})
    assert rule(refusal.value) == "transaction_moves_its_account"


@pytest.mark.parametrize("case", WRONG_STATEMENTS)
def test_a_wrong_statement_is_refused(people: dict[str, int], case: str) -> None:
    statement, expected = WRONG_STATEMENTS[case]
    with pytest.raises(IntegrityError) as refusal:
        write(statement, people, {})
    assert rule(refusal.value) == expected


def test_a_wrong_balance_whose_check_is_put_off_is_refused_in_the_end(people: dict[str, int]) -> None:
    write("SET CONSTRAINTS ALL DEFERRED", people, {})
    write(MOVED + ROW, people, {"balance_after": 106})
    with pytest.raises(IntegrityError):
        write("SET CONSTRAINTS ALL IMMEDIATE", people, {})


@pytest.mark.parametrize("changes", [{"seq": 5}, {"later_by": "0"}])
def test_a_row_without_one_before_it_in_time_is_refused_at_once(
    people: dict[str, int], changes: dict[str, Any]
) -> None:
    write("SET CONSTRAINTS ALL DEFERRED", people, {})
    with pytest.raises(IntegrityError) as refusal:
        write(MOVED + ROW, people, changes)
    assert rule(refusal.value) == "transaction_time_rises"
