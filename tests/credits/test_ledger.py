"""The ledger's verbs: any sequence of them keeps the account true, and each can be said twice."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.credits import ledger
from apps.credits.history import PastMovement, write_history
from apps.credits.ledger import Entry, InsufficientCredits, KeyReused
from apps.credits.models import CreditAccount, CreditTransaction, TransactionType
from apps.credits.verification import verify
from tests.factories import UserFactory, bare_job, with_credits

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
ADDING = {
    TransactionType.SUBSCRIPTION_GRANT: ledger.grant,
    TransactionType.PURCHASE: ledger.purchase,
    TransactionType.BONUS: ledger.award_bonus,
}


@dataclass
class Model:
    """What the ledger should be, in the plainest words."""

    user: User
    balance: int = 0
    rows: list[Entry] = field(default_factory=list)
    written: dict[str, tuple[TransactionType, int, Entry]] = field(default_factory=dict)

    def check(self, verb: Any, kind: TransactionType, amount: int, key: str) -> None:
        """Calls the verb and compares what it did with what it should have done."""
        if key in self.written:
            self._check_repeated(verb, kind, amount, key)
        elif self.balance + amount < 0:
            with pytest.raises(InsufficientCredits) as refusal:
                verb()
            assert (refusal.value.balance, refusal.value.needed) == (self.balance, -amount)
        else:
            self._check_written(verb(), kind, amount, key)

    def _check_repeated(self, verb: Any, kind: TransactionType, amount: int, key: str) -> None:
        first_kind, first_amount, first = self.written[key]
        if (first_kind, first_amount) == (kind, amount):
            assert verb() == first
        else:
            with pytest.raises(KeyReused):
                verb()

    def _check_written(self, entry: Entry, kind: TransactionType, amount: int, key: str) -> None:
        self.balance += amount
        self.rows.append(entry)
        self.written[key] = kind, amount, entry
        assert entry[1:4] == (len(self.rows), amount, self.balance)


def job(user: User, number: int) -> UUID:
    return bare_job(user, uuid5(user.public_id, str(number))).pk


def add(model: Model, kind: TransactionType, amount: int, number: int) -> None:
    key = f"key:{number}"
    model.check(partial(ADDING[kind], user=model.user, credits=amount, key=key, by=None), kind, amount, key)


def adjust(model: Model, amount: int, number: int) -> None:
    key = f"key:{number}"
    verb = partial(ledger.adjust, user=model.user, amount=amount, key=key, by=model.user, reason="counted again")
    model.check(verb, TransactionType.ADMIN_ADJUSTMENT, amount, key)


def spend(model: Model, amount: int, number: int) -> None:
    id_ = job(model.user, number)
    verb = partial(ledger.spend, user=model.user, credits=amount, job_id=id_, by=model.user)
    model.check(verb, TransactionType.GENERATION, -amount, f"charge:{id_}")


def refund(model: Model, number: int) -> None:
    id_ = job(model.user, number)
    verb = partial(ledger.refund, job_id=id_, user_id=model.user.pk)
    charge = model.written.get(f"charge:{id_}")
    if charge is None:
        assert verb() is None
    else:
        model.check(verb, TransactionType.REFUND, -charge[1], f"refund:{id_}")


credits_ = st.integers(1, 30)
numbers = st.integers(0, 3)
steps = st.one_of(
    st.tuples(st.just(add), st.sampled_from(sorted(ADDING)), credits_, numbers),
    st.tuples(st.just(adjust), credits_.map(lambda n: n if n % 2 else -n), numbers),
    st.tuples(st.just(spend), credits_, numbers),
    st.tuples(st.just(refund), numbers),
)


@given(st.lists(steps, max_size=25))
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_any_sequence_of_verbs_leaves_what_a_plain_model_says(sequence: list[tuple[Any, ...]]) -> None:
    model = Model(UserFactory.create())
    for step, *details in sequence:
        step(model, *details)

    rows = list(CreditTransaction.objects.filter(user=model.user).in_order())
    assert [(row.id, row.seq, row.amount, row.balance_after, row.created_at) for row in rows] == model.rows
    assert all(before.created_at < row.created_at for before, row in pairwise(rows))
    assert ledger.balance_of(model.user.pk) == model.balance
    assert verify()[1] == []


def test_a_refused_debit_writes_nothing_and_the_callers_transaction_goes_on(owner: User) -> None:
    with transaction.atomic():
        with pytest.raises(InsufficientCredits, match="5 credits are needed and 0 are there"):
            ledger.spend(user=owner, credits=5, job_id=bare_job(owner).pk, by=owner)
        assert not CreditAccount.objects.exists()
        with_credits(owner, 1)
    assert [row.amount for row in CreditTransaction.objects.all()] == [1]


def test_a_reused_key_leaves_the_callers_transaction_usable(owner: User) -> None:
    with transaction.atomic():
        ledger.purchase(user=owner, credits=5, key="payment", by=None)
        with pytest.raises(KeyReused):
            ledger.purchase(user=owner, credits=6, key="payment", by=None)
        ledger.purchase(user=owner, credits=6, key="another payment", by=None)
    assert ledger.balance_of(owner.pk) == 11


def test_the_same_key_is_free_in_another_account(owner: User, stranger: User) -> None:
    for user in (owner, stranger):
        ledger.purchase(user=user, credits=5, key="payment", by=None)
    assert ledger.balance_of(owner.pk) == ledger.balance_of(stranger.pk) == 5


def test_a_job_whose_charge_and_refund_came_with_its_history_is_neither_charged_nor_refunded_again(owner: User) -> None:
    with_credits(owner, 10)
    at, job_id = timezone.now(), bare_job(owner).pk
    write_history(
        owner.pk,
        [
            PastMovement(id=uuid4(), type=TransactionType.GENERATION, amount=-4, at=at, job_id=job_id),
            PastMovement(id=uuid4(), type=TransactionType.REFUND, amount=4, at=at + SECOND, job_id=job_id),
        ],
    )

    charge = ledger.spend(user=owner, credits=4, job_id=job_id, by=owner)
    back = ledger.refund(job_id=job_id, user_id=owner.pk)

    assert (charge.seq, back and back.seq) == (2, 3)
    assert ledger.balance_of(owner.pk) == 10


def test_a_job_of_one_account_is_never_charged_to_another(owner: User, stranger: User) -> None:
    for user in (owner, stranger):
        with_credits(user, 10)
    job_id = bare_job(owner).pk
    ledger.spend(user=owner, credits=4, job_id=job_id, by=owner)
    with pytest.raises(KeyReused):
        ledger.spend(user=stranger, credits=4, job_id=job_id, by=stranger)
    assert ledger.balance_of(stranger.pk) == 10


@pytest.mark.parametrize("credits", [0, -1])
def test_a_verb_takes_only_credits_above_zero(owner: User, credits: int) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        ledger.purchase(user=owner, credits=credits, key="payment", by=None)


@pytest.mark.parametrize(("amount", "reason"), [(0, "counted again"), (5, "  ")])
def test_an_adjustment_needs_an_amount_and_a_reason(owner: User, teammate: User, amount: int, reason: str) -> None:
    with pytest.raises(ValueError, match="reason"):
        ledger.adjust(user=owner, amount=amount, key="correction", by=teammate, reason=reason)


def test_a_transaction_says_who_did_it_and_what_for(owner: User, teammate: User) -> None:
    with_credits(owner, 10)
    ledger.adjust(user=owner, amount=-3, key="correction", by=teammate, reason=" counted again ")
    row = CreditTransaction.objects.in_order().last()
    assert row
    assert (row.recorded_by, row.description, row.idempotency_key) == (teammate, "counted again", "correction")
