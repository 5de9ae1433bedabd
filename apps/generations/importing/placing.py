"""Places movements of the past in their accounts' chains, one after the other: what a set can't tell.

A movement that would take an account below zero is refused, and those after it are counted without it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from apps.credits.models import TransactionType
from apps.generations.importing.staging import Copier

_TICK = timedelta(microseconds=1)
_ROWS_A_FETCH = 20_000


class Movement(NamedTuple):
    """One staged movement, and where its account stood before the import.

    ``is_refunded`` says that the file has a refund of its job, ``was_charged`` that the ledger has its charge.
    """

    line: int
    user_id: int
    type: str
    amount: int
    job_id: UUID | None
    created_at: datetime
    is_refunded: bool
    was_charged: bool
    seq: int
    balance: int
    last_at: datetime | None


class Placed(NamedTuple):
    """Where a movement stands; movements of one moment lie a microsecond apart, because a chain's times rise."""

    line: int
    seq: int
    balance_after: int
    created_at: datetime


class Misfit(NamedTuple):
    """A movement that has no place in its chain."""

    line: int
    reason: str


def places(movements: Iterable[Movement]) -> Iterator[Placed | Misfit]:
    """Each movement's place, or why it has none. They come account by account, each account's in order of time."""
    for _user_id, of_account in groupby(movements, key=attrgetter("user_id")):
        yield from _chain(of_account)


def _chain(movements: Iterable[Movement]) -> Iterator[Placed | Misfit]:
    seq = balance = 0
    last_at: datetime | None = None
    began = False
    charged: set[UUID | None] = set()
    for movement in movements:
        if not began:
            seq, balance, last_at, began = movement.seq, movement.balance, movement.last_at, True
        if reason := _misfit(movement, balance, charged):
            yield Misfit(movement.line, reason)
            continue
        if movement.is_refunded and movement.type == TransactionType.GENERATION:
            charged.add(movement.job_id)
        seq, balance = seq + 1, balance + movement.amount
        last_at = max(movement.created_at, last_at + _TICK) if last_at else movement.created_at
        yield Placed(movement.line, seq, balance, last_at)


def _misfit(movement: Movement, balance: int, charged: set[UUID | None]) -> str:
    if movement.last_at and movement.created_at <= movement.last_at:
        return "the account has later transactions here already: the past can't be put before them"
    if balance + movement.amount < 0:
        return f"the balance would fall below zero: {balance} credits are there"
    if movement.type == TransactionType.REFUND and not movement.was_charged and movement.job_id not in charged:
        return "the job wasn't charged before, or its charge was refused"
    return ""


_MOVEMENTS = """
DECLARE import_movements NO SCROLL CURSOR FOR
SELECT moved.line, moved.user_id, moved.type, moved.amount, moved.job_id, moved.created_at,
       moved.type = 'generation' AND EXISTS (
         SELECT FROM import_transactions AS back WHERE back.job_id = moved.job_id AND back.type = 'refund'),
       moved.type = 'refund' AND EXISTS (
         SELECT FROM credit_transactions AS charge WHERE charge.reference_type = 'generation_job'
            AND charge.reference_id = moved.job_id AND charge.type = 'generation'),
       account.seq, account.balance, account.last_at
  FROM import_transactions_judged AS moved JOIN import_accounts AS account USING (user_id)
 WHERE moved.reason IS NULL AND NOT moved.is_there
 ORDER BY moved.user_id, moved.created_at, moved.line
"""


def count() -> int:
    """How many movements are to be placed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM import_transactions_judged WHERE reason IS NULL AND NOT is_there")
        return int(cursor.fetchone()[0])


@transaction.atomic
def place(movements: Iterable[Movement]) -> None:
    """Places the movements in the import's tables; what has no place goes to the rejects."""
    copier = Copier()
    for found in places(movements):
        if isinstance(found, Placed):
            copier.place(*found)
        else:
            copier.reject(*found)
    copier.flush()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE import_placed ADD PRIMARY KEY (line); ANALYZE import_placed")


def staged() -> Iterator[Movement]:
    """The movements to be placed, account by account; within a transaction only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE INDEX ON import_transactions (job_id) WHERE type = 'refund'; ANALYZE import_transactions"
        )
        cursor.execute(_MOVEMENTS)
        while rows := _fetched(cursor):
            yield from map(Movement._make, rows)


def _fetched(cursor: object) -> list[tuple[object, ...]]:
    with connection.cursor() as some:
        some.execute(f"FETCH {_ROWS_A_FETCH} FROM import_movements")
        rows: list[tuple[object, ...]] = some.fetchall()
        return rows
