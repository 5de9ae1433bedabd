"""Past movements copied in: behind what is there, true at commit, or not at all."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError

from apps.accounts.models import User
from apps.credits import ledger
from apps.credits.history import PastMovement, write_history
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
