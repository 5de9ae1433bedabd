"""Places movements of the past in their accounts' chains.

Where all of an account's fit, a sum over them in the database says where each stands. Where one doesn't, they are
gone through one after the other: a movement that would take the account below zero is refused, and those after it are
counted without it, which no sum can tell.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby, islice
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from apps.credits.models import TransactionType
from apps.generations.importing import staging
from apps.generations.importing.batches import OF_BATCH
from apps.generations.importing.staging import Copies

_TICK = timedelta(microseconds=1)
ROWS_A_FETCH = 20_000


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
    user_id: int
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
        yield Placed(movement.line, movement.user_id, seq, balance, last_at)


def _misfit(movement: Movement, balance: int, charged: set[UUID | None]) -> str:
    if movement.last_at and movement.created_at <= movement.last_at:
        return "the account has later transactions here already: the past can't be put before them"
    if balance + movement.amount < 0:
        return f"the balance would fall below zero: {balance} credits are there"
    if movement.type == TransactionType.REFUND and not movement.was_charged and movement.job_id not in charged:
        return "the job wasn't charged before, or its charge was refused"
    return ""


# The time is the latest of those before, each with as many microseconds as there are steps from it to here.
_PLACE_BATCH = f"""
WITH movement AS MATERIALIZED (
  SELECT moved.line, moved.user_id, moved.type, moved.job_id, moved.created_at, account.last_at,
         account.seq + row_number() OVER chain AS seq, account.balance + sum(moved.amount) OVER chain AS balance_after,
         max(moved.created_at - interval '1 microsecond' * row_number) OVER chain
           + interval '1 microsecond' * row_number AS placed_at
    FROM (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY created_at, line)
            FROM import_transactions_judged WHERE reason IS NULL AND NOT is_there
             AND {OF_BATCH}) AS moved
    JOIN import_accounts AS account USING (user_id)
  WINDOW chain AS (PARTITION BY moved.user_id ORDER BY moved.created_at, moved.line ROWS UNBOUNDED PRECEDING)),
misfit AS (
  SELECT user_id FROM movement WHERE balance_after < 0 OR created_at <= last_at
  UNION
  SELECT refund.user_id FROM movement AS refund
   WHERE refund.type = 'refund'
     AND NOT EXISTS (SELECT FROM movement AS charge
                      WHERE charge.job_id = refund.job_id AND charge.type = 'generation' AND charge.seq < refund.seq)
     AND NOT EXISTS (SELECT FROM credit_transactions AS charge
                      WHERE charge.reference_type = 'generation_job' AND charge.reference_id = refund.job_id
                        AND charge.type = 'generation')),
left_over AS (UPDATE import_accounts SET fits = false WHERE user_id IN (SELECT user_id FROM misfit))
INSERT INTO import_placed (line, user_id, seq, balance_after, created_at)
SELECT line, user_id, seq, balance_after, placed_at FROM movement WHERE user_id NOT IN (SELECT user_id FROM misfit)
"""

_LEFT_OVER = """
DECLARE import_movements NO SCROLL CURSOR FOR
SELECT moved.line, moved.user_id, moved.type, moved.amount, moved.job_id, moved.created_at,
       moved.type = 'generation' AND EXISTS (
         SELECT FROM import_transactions_judged AS back
          WHERE back.user_id = moved.user_id AND back.job_id = moved.job_id AND back.type = 'refund'),
       moved.type = 'refund' AND EXISTS (
         SELECT FROM credit_transactions AS charge WHERE charge.reference_type = 'generation_job'
            AND charge.reference_id = moved.job_id AND charge.type = 'generation'),
       account.seq, account.balance, account.last_at
  FROM import_transactions_judged AS moved JOIN import_accounts AS account USING (user_id)
 WHERE NOT account.fits AND moved.reason IS NULL AND NOT moved.is_there
 ORDER BY moved.user_id, moved.created_at, moved.line
"""


def place_batch(batch: int) -> None:
    """Places the movements of those of the batch's accounts in which all fit; says of the others that they don't."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACE_BATCH, {"batch": batch})


@transaction.atomic
def place_left_over() -> None:
    """Places the movements of the accounts in which not all fit; what has no place goes to the rejects."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFT_OVER)
        found = places(_movements(cursor))
        while some := list(islice(found, ROWS_A_FETCH)):
            copies = Copies()
            for one in some:
                _note(one, copies)
            staging.copy(copies.texts())
        cursor.execute("CREATE INDEX ON import_placed (user_id); ANALYZE import_placed")


def _note(found: Placed | Misfit, copies: Copies) -> None:
    if isinstance(found, Placed):
        copies.place(*found)
    else:
        copies.reject(*found)


def _movements(cursor: Any) -> Iterator[Movement]:
    while True:
        cursor.execute(f"FETCH {ROWS_A_FETCH} FROM import_movements")
        if not cursor.rowcount:
            return
        yield from map(Movement._make, cursor.fetchall())
