"""Past movements copied in: behind what is there, true at commit, or not at all."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.credits import ledger
from apps.credits.history import PastMovement, append_from, write_history
from apps.credits.models import CreditTransaction, TransactionType
from apps.credits.verification import verify
from tests.factories import UserFactory, bare_job, with_credits

pytestmark = pytest.mark.usefixtures("committed")

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def bonus(credits: int, *, day: int) -> PastMovement:
    return PastMovement(id=uuid4(), type=TransactionType.BONUS, amount=credits, at=LONG_AGO + timedelta(days=day))


def correction(credits: int, *, day: int, by: User | None = None) -> PastMovement:
    return PastMovement(
        id=uuid4(),
        type=TransactionType.ADMIN_ADJUSTMENT,
        amount=credits,
        at=LONG_AGO + timedelta(days=day),
        by_id=by.pk if by else None,
        description="counted again",
    )


def of_job(job_id: UUID, amount: int, *, day: int) -> PastMovement:
    kind = TransactionType.REFUND if amount > 0 else TransactionType.GENERATION
    return PastMovement(id=uuid4(), type=kind, amount=amount, at=LONG_AGO + timedelta(days=day), job_id=job_id)


def test_a_history_is_the_beginning_of_an_account_that_goes_on() -> None:
    owner: User = UserFactory.create()
    assert write_history(owner.pk, [bonus(5, day=1), correction(-2, day=2, by=owner)]) == 2
    assert ledger.balance_of(with_credits(owner, 4).pk) == 7
    assert verify()[1] == []


@pytest.mark.parametrize(
    "movements",
    [
        pytest.param([bonus(5, day=1), correction(-6, day=2), bonus(6, day=3)], id="below zero on the way"),
        pytest.param([bonus(5, day=2), bonus(5, day=1)], id="back in time"),
        pytest.param([bonus(-5, day=1)], id="wrong sign"),
    ],
)
def test_a_history_that_does_not_add_up_writes_nothing(movements: list[PastMovement]) -> None:
    owner: User = UserFactory.create()
    with pytest.raises(IntegrityError):
        write_history(owner.pk, movements)
    assert not CreditTransaction.objects.exists()
    assert ledger.balance_of(owner.pk) == 0


def test_a_history_older_than_what_is_there_is_refused() -> None:
    owner = with_credits(UserFactory.create(), 4)
    with pytest.raises(IntegrityError, match="not later than"):
        write_history(owner.pk, [bonus(5, day=1)])
    assert ledger.balance_of(owner.pk) == 4


def test_a_charge_and_its_refund_may_come_in_one_history() -> None:
    owner: User = UserFactory.create()
    job_id = bare_job(owner).pk
    assert write_history(owner.pk, [bonus(9, day=1), of_job(job_id, -4, day=2), of_job(job_id, 4, day=3)]) == 3
    assert verify()[1] == []


@pytest.mark.parametrize(
    "amounts",
    [
        pytest.param([-4, 3], id="less"),
        pytest.param([-4, 5], id="more"),
        pytest.param([4], id="without a charge"),
        pytest.param([4, -4], id="before the charge"),
    ],
)
def test_a_history_that_gives_back_something_else_than_it_took_writes_nothing(amounts: list[int]) -> None:
    owner: User = UserFactory.create()
    job_id = bare_job(owner).pk
    moved = [of_job(job_id, amount, day=day) for day, amount in enumerate(amounts, start=2)]
    with pytest.raises(IntegrityError, match="gives back what job"):
        write_history(owner.pk, [bonus(9, day=1), *moved])
    assert not CreditTransaction.objects.exists()


def test_a_history_of_charges_for_somebody_elses_job_writes_nothing() -> None:
    owner: User = UserFactory.create()
    theirs = bare_job(UserFactory.create()).pk
    for job_id in (theirs, uuid4()):
        with pytest.raises(IntegrityError, match="which is no job of theirs"):
            write_history(owner.pk, [bonus(9, day=1), of_job(job_id, -4, day=2)])


def test_a_history_of_adjustments_that_nobody_made_writes_nothing() -> None:
    owner: User = UserFactory.create()
    with pytest.raises(IntegrityError, match="adjustment_says_who_and_why"):
        write_history(owner.pk, [bonus(5, day=1), correction(-2, day=2)])


SOUND = {"seq": 2, "type": "bonus", "amount": 5, "balance_after": 10, "at": 2, "job": None}
SET = """
SELECT gen_random_uuid(), %(user_id)s, seq, type, amount, balance_after,
       CASE WHEN job IS NULL THEN '' ELSE 'generation_job' END, job, NULL::uuid, '', '', NULL::bigint,
       timestamptz '2020-01-01' + at * interval '1 day'
  FROM json_to_recordset(%(rows)s) AS row(seq bigint, type text, amount bigint, balance_after bigint, at int, job uuid)
"""
FIRST = {**SOUND, "seq": 1, "balance_after": 5, "at": 1}


def append(user: User, *rows: dict[str, object]) -> None:
    """Appends the rows as an import does: all in one statement, the account locked."""
    with transaction.atomic():
        ledger.lock_account(user.pk)
        append_from(SET, {"user_id": user.pk, "rows": json.dumps(rows)})


def test_a_set_of_movements_moves_its_account_to_the_last() -> None:
    owner: User = UserFactory.create()
    append(owner, SOUND, FIRST)
    assert ledger.balance_of(owner.pk) == 10
    assert verify()[1] == []


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        pytest.param({"seq": 3}, "transaction_follows_its_predecessor", id="a gap in the numbers"),
        pytest.param({"balance_after": 11}, "transaction_follows_its_predecessor", id="a balance that doesn't follow"),
        pytest.param({"amount": -9, "balance_after": -4}, "amount_fits_its_type", id="a bonus that takes"),
        pytest.param({"at": 1}, "transaction_time_rises", id="no later than the one before"),
        pytest.param({"at": 0}, "transaction_time_rises", id="before the one before"),
        pytest.param({"type": "gift"}, "amount_fits_its_type", id="an unknown type"),
        pytest.param(
            {"type": "generation", "amount": -4, "balance_after": 1, "job": str(UUID(int=1))},
            "charge_names_a_job_of_its_person",
            id="a charge of no job",
        ),
    ],
)
def test_a_set_with_one_wrong_row_is_refused_whole(wrong: dict[str, object], rule: str) -> None:
    owner: User = UserFactory.create()
    with pytest.raises(IntegrityError) as refusal:
        append(owner, FIRST, {**SOUND, **wrong})
    assert refusal.value.__cause__.diag.constraint_name == rule  # type: ignore[union-attr]
    assert not CreditTransaction.objects.exists()
    assert ledger.balance_of(owner.pk) == 0
