"""Sixteen hands on the ledger at once, each with a connection of its own."""

from itertools import pairwise

import pytest
from django.db import IntegrityError

from apps.accounts.models import User
from apps.credits import ledger
from apps.credits.ledger import Entry, InsufficientCredits
from apps.credits.models import CreditTransaction
from apps.credits.verification import verify
from tests.factories import UserFactory, bare_job, with_credits
from tests.threads import at_once

pytestmark = pytest.mark.usefixtures("committed")

THREADS = 16


def amounts(user: User) -> list[int]:
    return list(CreditTransaction.objects.filter(user=user).in_order().values_list("amount", flat=True))


def test_credit_for_forty_accepts_exactly_forty_spends_on_one_account() -> None:
    owner = with_credits(UserFactory.create(), 40)

    def spend_until_refused(_: int) -> int:
        for spent in range(100):
            try:
                ledger.spend(user=owner, credits=1, job_id=bare_job(owner).pk, by=owner)
            except InsufficientCredits:
                return spent
        raise AssertionError("never refused")

    outcomes = at_once(THREADS, spend_until_refused)

    assert outcomes.errors == []
    assert sum(outcomes.answers) == 40
    assert amounts(owner) == [40, *[-1] * 40]
    assert ledger.balance_of(owner.pk) == 0


def test_time_rises_with_every_transaction_of_an_account() -> None:
    owner = with_credits(UserFactory.create(), 100)
    assert at_once(THREADS, lambda n: [with_credits_under(owner, f"{n}:{i}") for i in range(5)]).errors == []
    rows = list(CreditTransaction.objects.filter(user=owner).in_order())
    assert [row.seq for row in rows] == list(range(1, THREADS * 5 + 2))
    assert all(before.created_at < row.created_at for before, row in pairwise(rows))


def test_the_same_key_from_many_threads_writes_one_row_that_all_get() -> None:
    owner: User = UserFactory.create()  # without an account, so that opening it is raced for as well
    outcomes = at_once(THREADS, lambda _: with_credits_under(owner, "once"))
    assert outcomes.errors == []
    assert len(set(outcomes.answers)) == 1
    assert amounts(owner) == [1]


def test_a_job_is_charged_once_by_many_threads() -> None:
    owner = with_credits(UserFactory.create(), 7)
    job_id = bare_job(owner).pk
    outcomes = at_once(THREADS, lambda _: ledger.spend(user=owner, credits=5, job_id=job_id, by=owner))
    assert outcomes.errors == []
    assert len(set(outcomes.answers)) == 1
    assert amounts(owner) == [7, -5]


def test_a_job_is_refunded_once_by_many_threads() -> None:
    owner = with_credits(UserFactory.create(), 7)
    job_id = bare_job(owner).pk
    ledger.spend(user=owner, credits=5, job_id=job_id, by=owner)
    outcomes = at_once(THREADS, lambda _: ledger.refund(job_id=job_id, user_id=owner.pk))
    assert outcomes.errors == []
    assert len(set(outcomes.answers)) == 1
    assert amounts(owner) == [7, -5, 5]


def test_a_job_is_charged_to_its_persons_account_whoever_races_for_it() -> None:
    users = [with_credits(UserFactory.create(), 5) for _ in range(8)]
    job_id = bare_job(users[0]).pk
    outcomes = at_once(8, lambda n: ledger.spend(user=users[n], credits=5, job_id=job_id, by=users[n]))
    assert len(outcomes.answers) == 1
    assert outcomes.kinds_of_error <= {ledger.KeyReused, IntegrityError}
    assert CreditTransaction.objects.of_job(job_id).get().user == users[0]


def test_a_mix_of_verbs_across_accounts_neither_deadlocks_nor_goes_wrong() -> None:
    users = [with_credits(UserFactory.create(), 20) for _ in range(4)]

    def spend_and_refund(number: int) -> None:
        for turn in range(8):
            user = users[(number + turn) % 4]
            job_id = bare_job(user).pk
            with_credits_under(user, f"turn:{turn}")
            ledger.spend(user=user, credits=2, job_id=job_id, by=user)
            ledger.refund(job_id=job_id, user_id=user.pk)

    outcomes = at_once(8, spend_and_refund)

    assert outcomes.errors == []
    assert [ledger.balance_of(user.pk) for user in users] == [28] * 4
    assert verify()[1] == []


def with_credits_under(user: User, key: str) -> Entry:
    return ledger.award_bonus(user=user, credits=1, key=key, by=None)
