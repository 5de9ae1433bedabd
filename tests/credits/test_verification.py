"""``verify_ledger`` finds what was damaged past the database's guards, and names the row."""

from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.accounts.models import User
from apps.credits import ledger
from apps.credits.models import LedgerVerification
from apps.credits.verification import newest_verification
from tests.factories import bare_job, with_credits

pytestmark = pytest.mark.django_db

JOB, OTHER_JOB = UUID(int=1), UUID(int=2)
IN_ROW = "UPDATE credit_transactions SET {} WHERE user_id = %(owner)s AND seq = {}"
OF_OWNER = "WHERE user_id = %(owner)s"

SAME_CHARGE_AGAIN = f"""
INSERT INTO credit_transactions (user_id, seq, type, amount, balance_after, reference_type, reference_id, created_at)
SELECT user_id, 4, type, amount, 90, reference_type, reference_id, now() + interval '1 day'
  FROM credit_transactions {OF_OWNER} AND seq = 2
"""

# What was done behind the guards, and what is said of it: number (0: the account), and the words.
DAMAGE: dict[str, tuple[list[str], int, str]] = {
    "an amount changed": ([IN_ROW.format("amount = -9", 2)], 2, "balance 90, but 100 before and -9 moved"),
    "a balance changed": ([IN_ROW.format("balance_after = 91", 2)], 2, "balance 91, but 100 before and -10 moved"),
    "the first balance changed": (
        [IN_ROW.format("balance_after = 101, amount = 101", 1)],
        2,
        "balance 90, but 101 before and -10 moved",
    ),
    "a row removed in the middle": (
        [f"DELETE FROM credit_transactions {OF_OWNER} AND seq = 2"],
        3,
        "number 3 follows 1",
    ),
    "the first row removed": ([f"DELETE FROM credit_transactions {OF_OWNER} AND seq = 1"], 2, "number 2 follows 0"),
    "the last row removed": (
        [f"DELETE FROM credit_transactions {OF_OWNER} AND seq = 3"],
        0,
        "says 100 after 3 transactions, its rows say 90 after 2",
    ),
    "all rows removed": (
        [f"DELETE FROM credit_transactions {OF_OWNER}"],
        0,
        "says 100 after 3 transactions, its rows say 0 after 0",
    ),
    "times swapped": (
        [
            IN_ROW.format("created_at = created_at + interval '1 day'", 2),
            IN_ROW.format("created_at = created_at - interval '1 day'", 3),
        ],
        3,
        "is not after",
    ),
    "a row doubled for its job": (
        [
            "DROP INDEX one_charge_and_one_refund_per_job",
            SAME_CHARGE_AGAIN,
            f"UPDATE credit_accounts SET seq = 4, balance = 90 {OF_OWNER}",
        ],
        4,
        f"job {JOB} has 2 rows of type generation",
    ),
    "a refund made greater": (
        [IN_ROW.format("amount = 11, balance_after = 101", 3), f"UPDATE credit_accounts SET balance = 101 {OF_OWNER}"],
        3,
        f"gives back 11 for job {JOB}, which was charged 10",
    ),
    "a refund moved to another job": (
        [IN_ROW.format(f"reference_id = '{OTHER_JOB}'", 3)],
        3,
        f"gives back 10 for job {OTHER_JOB}, which was not charged",
    ),
    "a charge and its refund swapped": (
        [
            "DROP INDEX one_charge_and_one_refund_per_job",
            IN_ROW.format("type = 'refund', amount = 10, balance_after = 110", 2),
            IN_ROW.format("type = 'generation', amount = -10", 3),
        ],
        2,
        f"gives back for job {JOB} before it was charged",
    ),
    "an adjustment that nobody made": (
        [
            "ALTER TABLE credit_transactions DROP CONSTRAINT adjustment_says_who_and_why",
            IN_ROW.format("type = 'admin_adjustment'", 1),
        ],
        1,
        "an adjustment without who made it and why",
    ),
    "a charge for a job that was removed": (
        ["DELETE FROM generation_jobs"],
        2,
        f"is about job {JOB}, which does not exist",
    ),
    "a charge for somebody else's job": (
        ["UPDATE generation_jobs SET user_id = %(stranger)s"],
        2,
        f"is about job {JOB} of user",
    ),
    "an account's balance changed": (
        [f"UPDATE credit_accounts SET balance = 99 {OF_OWNER}"],
        0,
        "says 99 after 3 transactions, its rows say 100 after 3",
    ),
    "an account missing": ([f"DELETE FROM credit_accounts {OF_OWNER}"], 0, "missing, with 3 transactions"),
}


@pytest.fixture(autouse=True)
def two_accounts(owner: User, stranger: User) -> None:
    """The owner has a bonus, a charge and its refund; the stranger, beside, a bonus."""
    with_credits(stranger, 7)
    with_credits(owner, 100)
    ledger.spend(user=owner, credits=10, job_id=bare_job(owner, JOB).pk, by=owner)
    ledger.refund(job_id=JOB, user_id=owner.pk)


def do_past_the_guards(statements: list[str], owner: User) -> None:
    stranger = User.objects.get(email="stranger@example.com")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement, {"owner": owner.pk, "stranger": stranger.pk})
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def test_a_right_ledger_passes_and_the_run_is_recorded() -> None:
    said = StringIO()
    call_command("verify_ledger", stdout=said)
    assert said.getvalue() == "2 accounts with 4 transactions: all of them add up.\n"
    run = LedgerVerification.objects.get()
    assert (run.accounts, run.transactions, run.wrong_accounts, run.first_fault) == (2, 4, 0, "")
    assert run.started_at <= run.finished_at


@pytest.mark.parametrize("case", DAMAGE)
def test_damage_is_named_by_its_first_wrong_row(owner: User, case: str) -> None:
    statements, seq, what = DAMAGE[case]
    do_past_the_guards(statements, owner)
    said = StringIO()

    with pytest.raises(CommandError, match="1 accounts are wrong") as failure:
        call_command("verify_ledger", stderr=said)

    assert failure.value.returncode == 1
    where = f"transaction {seq}" if seq else "the account"
    assert said.getvalue().startswith(f"user {owner.pk}, {where}: ")
    assert what in said.getvalue()
    run = newest_verification()
    assert run
    assert (run.wrong_accounts, run.first_fault) == (1, said.getvalue().rstrip("\n"))


def test_every_wrong_account_is_named_once(owner: User, stranger: User) -> None:
    do_past_the_guards(["UPDATE credit_accounts SET balance = balance + 1", IN_ROW.format("amount = -9", 2)], owner)
    said = StringIO()
    with pytest.raises(CommandError, match="2 accounts are wrong"):
        call_command("verify_ledger", stderr=said)
    assert [line.split(",")[0] for line in said.getvalue().splitlines()] == [f"user {owner.pk}", f"user {stranger.pk}"]


def test_no_ledger_at_all_is_right() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM credit_transactions")
        cursor.execute("DELETE FROM credit_accounts")
    said = StringIO()
    call_command("verify_ledger", stdout=said)
    assert "0 accounts with 0 transactions" in said.getvalue()
