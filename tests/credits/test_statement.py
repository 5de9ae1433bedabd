"""The statement against the slow and obvious way, in zones whose days are short, long or missing."""

from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, pairwise
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.common.days import beginning_of
from apps.credits import ledger
from apps.credits.models import CreditTransaction, TransactionKind, TransactionType
from apps.credits.statement import _STATEMENT, Statement, Total, statement
from apps.generations.states import Status
from tests.activity import histories
from tests.activity.histories import Job, Movement
from tests.activity.test_plans import explained
from tests.factories import UserFactory, bare_job, with_credits

pytestmark = pytest.mark.django_db

ZONES = (
    "UTC", "Europe/London", "America/St_Johns", "Asia/Kathmandu", "Africa/Cairo", "America/Havana", "America/Sao_Paulo",
    "Asia/Beirut", "Pacific/Apia", "Pacific/Kiritimati",
)  # fmt: skip
# Days on or around which those zones change their clocks, a leap day, and a year's turn.
CHANGES = (
    "2011-12-30", "2018-11-04", "2024-02-29", "2024-03-31", "2024-04-26", "2024-10-27", "2024-11-03", "2025-01-01",
)  # fmt: skip
DAYS = [date.fromisoformat(day) + timedelta(days=step) for day in CHANGES for step in (-1, 0, 1)]
NEARBY = [timedelta(0), timedelta(microseconds=-1), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=12)]
TYPES = list(TransactionType)


@st.composite
def histories_in(draw: st.DrawFn, zone: ZoneInfo) -> list[Movement]:
    """Movements at and around midnights of the zone, never below zero."""
    near = st.tuples(st.sampled_from(DAYS), st.sampled_from(NEARBY))
    chosen = draw(st.lists(near, max_size=12, unique=True))
    moments = sorted({beginning_of(day, zone).astimezone(UTC) + step for day, step in chosen})
    balance, movements, charges = 0, list[Movement](), list[Movement]()
    for moment in moments:
        type, amount = draw(st.sampled_from(TYPES)), draw(st.integers(-50, 50))
        movement = (
            _refund(charges.pop(), moment) if _can_refund(type, charges) else _other(type, amount, balance, moment)
        )
        charges += [movement] if movement.type is TransactionType.GENERATION else []
        balance += movement.amount
        movements.append(movement)
    return movements


def _can_refund(type: TransactionType, charges: list[Movement]) -> bool:
    return type is TransactionType.REFUND and bool(charges)


def _refund(charge: Movement, at: datetime) -> Movement:
    return Movement(uuid4(), TransactionType.REFUND, -charge.amount, at, charge.job_id)


def _other(type: TransactionType, amount: int, balance: int, at: datetime) -> Movement:
    spends = type is TransactionType.GENERATION or (type is TransactionType.ADMIN_ADJUSTMENT and amount < 0)
    if spends and balance:
        job_id = uuid4() if type is TransactionType.GENERATION else None
        return Movement(uuid4(), type, -min(abs(amount) or 1, balance), at, job_id)
    added = TransactionType.BONUS if spends or type is TransactionType.REFUND else type
    return Movement(uuid4(), added, abs(amount) or 1, at)


def jobs_of(movements: list[Movement]) -> list[Job]:
    """The jobs that the movements are for."""
    return [Job(move.job_id, Status.QUEUED, move.created_at) for move in movements if move.job_id and move.amount < 0]


def brute_force(user: User, first: date, last: date) -> tuple[int, dict[TransactionType, tuple[int, int]], int]:
    """Opening balance, count and sum of each type, closing balance: every row read, each asked for its local day."""
    rows = CreditTransaction.objects.filter(user=user).order_by("seq")
    by_day = [(row.created_at.astimezone(user.zone).date(), row) for row in rows]
    before = [row for day, row in by_day if day < first]
    inside = [row for day, row in by_day if first <= day <= last]
    totals: dict[TransactionType, tuple[int, int]] = {}
    for row in inside:
        count, credits = totals.get(TransactionType(row.type), (0, 0))
        totals[TransactionType(row.type)] = (count + 1, credits + row.amount)
    opening = before[-1].balance_after if before else 0
    return opening, totals, inside[-1].balance_after if inside else opening


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), zone=st.sampled_from(ZONES))
def test_a_statement_adds_up_to_the_ledger_in_every_zone(db: None, data: st.DataObject, zone: str) -> None:
    user = UserFactory.create(time_zone=zone)
    movements = data.draw(histories_in(user.zone))
    histories.write(user.pk, jobs_of(movements), movements)
    for _ in range(8):
        first, last = sorted([data.draw(st.sampled_from(DAYS)), data.draw(st.sampled_from(DAYS))])
        told = statement(user, first, last)
        opening, totals, closing = brute_force(user, first, last)

        assert (told.opening_balance, told.closing_balance) == (opening, closing)
        assert {total.type: (total.count, total.credits) for total in told.totals} == totals
        assert opening + sum(total.credits for total in told.totals) == closing


def test_statements_of_months_in_a_row_join_up(owner: User) -> None:
    moments = [datetime(2026, month, day, 23, 59, tzinfo=UTC) for month in range(1, 7) for day in (1, 15, 28)]
    histories.write(owner.pk, [], [Movement(uuid4(), TransactionType.BONUS, 7, moment) for moment in moments])
    edges = [date(2026, month, 1) for month in range(1, 8)]
    told = [statement(owner, first, after - timedelta(days=1)) for first, after in pairwise(edges)]

    assert [month.closing_balance for month in told] == list(accumulate([21] * 6))
    assert [month.opening_balance for month in told] == [0, *(month.closing_balance for month in told[:-1])]


def test_before_the_account_there_is_nothing(owner: User) -> None:
    with_credits(owner, 50)
    told = statement(owner, date(2001, 1, 1), date(2001, 1, 31))

    assert (told.opening_balance, told.totals, told.closing_balance) == (0, (), 0)
    assert told.began_at == owner.credit_transactions.get().created_at


def test_after_the_last_movement_the_balance_stays(owner: User) -> None:
    with_credits(owner, 50)
    told = statement(owner, date(2090, 1, 1), date(2090, 1, 31))

    assert (told.opening_balance, told.totals, told.closing_balance) == (50, (), 50)


def test_whoever_never_had_credits_has_an_empty_statement(owner: User) -> None:
    told = statement(owner, date(2026, 1, 1), date(2026, 12, 31))

    assert (told.opening_balance, told.totals, told.closing_balance, told.began_at) == (0, (), 0, None)


def test_a_strangers_movements_are_in_nobody_elses(owner: User, stranger: User) -> None:
    with_credits(stranger, 900)

    assert statement(owner, date(2020, 1, 1), date(2099, 1, 1)).closing_balance == 0


def test_what_comes_in_stands_before_what_is_spent(owner: User) -> None:
    ledger.award_bonus(user=owner, credits=9, key="bonus", by=None)
    ledger.spend(user=owner, credits=4, job_id=bare_job(owner).pk, by=owner)
    ledger.grant(user=owner, credits=300, key="grant", by=None)

    assert statement(owner, date(2020, 1, 1), date(2099, 1, 1)).totals == (
        Total(TransactionType.SUBSCRIPTION_GRANT, 1, 300),
        Total(TransactionType.BONUS, 1, 9),
        Total(TransactionType.GENERATION, 1, -4),
    )


def test_a_period_cannot_end_before_it_begins(owner: User) -> None:
    with pytest.raises(ValueError, match="can't end"):
        statement(owner, date(2026, 2, 1), date(2026, 1, 31))


def test_its_json_names_days_moments_and_signed_sums(owner: User) -> None:
    told = Statement(
        first_day=date(2026, 6, 1),
        last_day=date(2026, 6, 30),
        zone=ZoneInfo("Europe/London"),
        opening_balance=20,
        closing_balance=10,
        totals=(Total(TransactionType.GENERATION, 2, -10),),
        began_at=None,
    )

    assert told.as_json() == {
        "firstDay": "2026-06-01",
        "lastDay": "2026-06-30",
        "timeZone": "Europe/London",
        "since": "2026-05-31T23:00:00.000000Z",
        "until": "2026-06-30T23:00:00.000000Z",
        "openingBalance": 20,
        "totals": [{"type": "generation", "count": 2, "credits": -10}],
        "closingBalance": 10,
    }


def test_everything_is_read_by_one_statement(owner: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        statement(owner, date(2026, 1, 1), date(2026, 1, 31))


def test_a_days_statement_reads_little_of_a_long_history(owner: User) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    history = [
        Movement(uuid4(), TransactionType.BONUS, 1, begin + timedelta(minutes=10 * number)) for number in range(9_000)
    ]
    histories.write(owner.pk, [], history)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE credit_transactions")
    day = begin + timedelta(days=30)
    plan = explained(
        _STATEMENT,
        {
            "user_id": owner.pk,
            "kinds": [kind.value for kind in TransactionKind],
            "since": day,
            "until": day + timedelta(1),
        },
    )

    assert plan.buffers <= 60
    assert all(node["Node Type"] != "Seq Scan" for node in plan.nodes)
    assert max(node["Actual Rows"] for node in plan.nodes) <= 24 * 6
