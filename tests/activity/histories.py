"""Whole histories of a person, committed at once: any times, states and ids, where the operations know only now."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from apps.credits.models import JOB_REFERENCE, TransactionType
from apps.generations.states import Status

_JOBS = (
    "generation_jobs (id, user_id, character_id, status, input, credits_used, created_at, started_at, completed_at,"
    " updated_at, error, metadata)"
)
_TRANSACTIONS = (
    "credit_transactions (id, user_id, seq, type, amount, balance_after, reference_type, reference_id, character_id,"
    " recorded_by_id, description, created_at)"
)
_INPUT = '{"prompt": "a quiet beach", "quality": "hq", "aspect_ratio": "1:1", "image_count": 2}'


class Job(NamedTuple):
    """A row of the jobs; one that failed while it waited has no ``started_at``."""

    id: UUID
    status: Status
    created_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None
    character_id: UUID | None = None


class Movement(NamedTuple):
    """A row of the ledger; its number and balance follow from the rows before it."""

    id: UUID
    type: TransactionType
    amount: int
    created_at: datetime
    job_id: UUID | None = None
    character_id: UUID | None = None


@transaction.atomic
def write(user_id: int, jobs: Iterable[Job], movements: Sequence[Movement]) -> None:
    """Stores both for a person who has no ledger yet. The movements' times must rise, as the ledger demands."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    _copy(_JOBS, (_job(user_id, job) for job in jobs))
    if movements:
        balances = list(accumulate(movement.amount for movement in movements))
        account = (user_id, balances[-1], len(movements), movements[-1].created_at)
        _copy("credit_accounts (user_id, balance, seq, last_at)", [account])
        _copy(_TRANSACTIONS, (_movement(user_id, *row) for row in enumerate(zip(movements, balances, strict=True), 1)))


def _copy(target: str, rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as stream:
        for row in rows:
            stream.write_row(row)


def _job(user_id: int, job: Job) -> Sequence[Any]:
    error = "The provider was busy." if job.status == Status.FAILED else ""
    last = job.completed_at or job.started_at or job.created_at
    times = (job.created_at, job.started_at, job.completed_at, last)
    return (job.id, user_id, job.character_id, job.status.value, _INPUT, 4, *times, error, "{}")


def _movement(user_id: int, seq: int, row: tuple[Movement, int]) -> Sequence[Any]:
    movement, balance = row
    reference = (JOB_REFERENCE, movement.job_id) if movement.job_id else ("", None)
    by_and_why = (user_id, "Counted again") if movement.type is TransactionType.ADMIN_ADJUSTMENT else (None, "")
    about = (*reference, movement.character_id, *by_and_why, movement.created_at)
    return (movement.id, user_id, seq, movement.type.value, movement.amount, balance, *about)
