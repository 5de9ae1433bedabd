"""Past movements copied in: behind what is there, true at commit, or not at all."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError

from apps.accounts.models import User
from apps.credits import ledger
from apps.credits.history import PastMovement, write_history
from apps.credits.models import CreditTransaction, TransactionType
from apps.credits.verification import verify
from tests.factories import UserFactory, with_credits

pytestmark = pytest.mark.usefixtures("committed")

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def bonus(credits: int, *, day: int) -> PastMovement:
    return PastMovement(id=uuid4(), type=TransactionType.BONUS, amount=credits, at=LONG_AGO + timedelta(days=day))


def correction(credits: int, *, day: int) -> PastMovement:
    at = LONG_AGO + timedelta(days=day)
    return PastMovement(id=uuid4(), type=TransactionType.ADMIN_ADJUSTMENT, amount=credits, at=at)


def test_a_history_is_the_beginning_of_an_account_that_goes_on() -> None:
    owner: User = UserFactory.create()
    assert write_history(owner.pk, [bonus(5, day=1), correction(-2, day=2)]) == 2
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
