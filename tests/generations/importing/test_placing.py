"""Movements of the past find their places in their accounts' chains."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from apps.generations.importing.placing import Misfit, Movement, Placed, places

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)


def movement(line: int, amount: int, **changes: Any) -> Movement:
    plain = Movement(
        line=line, user_id=1, type="bonus" if amount > 0 else "admin_adjustment", amount=amount, job_id=None,
        created_at=BEGIN + timedelta(hours=line), is_refunded=False, was_charged=False, seq=0, balance=0, last_at=None,
    )  # fmt: skip
    return plain._replace(**changes)


def lines(found: list[Placed | Misfit]) -> list[tuple[int, str]]:
    return [(one.line, one.reason if isinstance(one, Misfit) else "") for one in found]


def test_what_falls_below_zero_is_refused_and_the_rest_counted_without_it() -> None:
    found = list(places([movement(1, 5), movement(2, -6), movement(3, -5)]))

    assert [one.balance_after for one in found if isinstance(one, Placed)] == [5, 0]
    assert "below zero: 5 credits" in lines(found)[1][1]


def test_movements_of_one_moment_lie_a_microsecond_apart() -> None:
    found = list(places([movement(1, 5, created_at=BEGIN), movement(2, 5, created_at=BEGIN)]))
    assert [one.created_at - BEGIN for one in found if isinstance(one, Placed)] == [
        timedelta(0),
        timedelta(microseconds=1),
    ]


def test_the_past_is_not_put_before_what_an_account_has() -> None:
    known: dict[str, Any] = {"seq": 3, "balance": 10, "last_at": BEGIN + timedelta(hours=1)}
    before, after = places([movement(1, 5, **known), movement(2, 5, **known)])

    assert isinstance(before, Misfit)
    assert isinstance(after, Placed)
    assert (after.seq, after.balance_after) == (4, 15)


def test_a_refund_needs_its_charge() -> None:
    job = UUID(int=1)
    refund = movement(3, 4, type="refund", job_id=job)
    charge = movement(2, -4, type="generation", job_id=job, is_refunded=True)

    assert [reason for _line, reason in lines(list(places([movement(1, 5), charge, refund])))] == ["", "", ""]
    assert "wasn't charged" in lines(list(places([charge, refund])))[1][1]
    assert lines(list(places([refund._replace(was_charged=True)]))) == [(3, "")]


@given(
    amounts=st.lists(st.tuples(st.integers(1, 3), st.integers(-9, 9).filter(bool), st.integers(0, 3)), max_size=30),
)
def test_every_chain_is_whole_whatever_comes(amounts: list[tuple[int, int, int]]) -> None:
    given_ = [
        movement(line, amount, user_id=user, created_at=BEGIN + timedelta(hours=hour))
        for line, (user, amount, hour) in enumerate(amounts)
    ]
    given_.sort(key=lambda one: (one.user_id, one.created_at, one.line))
    found = {one.line: one for one in places(given_)}

    assert found.keys() == {one.line for one in given_}
    for user in (1, 2, 3):
        seq, balance, last_at = 0, 0, BEGIN - timedelta(days=1)
        for one in (one for one in given_ if one.user_id == user):
            placed = found[one.line]
            if isinstance(placed, Misfit):
                assert balance + one.amount < 0
                continue
            assert (placed.seq, placed.balance_after) == (seq + 1, balance + one.amount)
            assert placed.balance_after >= 0
            assert placed.created_at > last_at
            seq, balance, last_at = placed.seq, placed.balance_after, placed.created_at
