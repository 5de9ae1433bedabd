"""The only writer of the ledger. Every verb is one statement: it locks the account, moves the balance, appends the row.

Each verb takes the ``by`` who did it (``None`` for the system) and an idempotency key; repeated with the same key it
returns the first row and moves nothing. Amounts are whole credits. Callers give credits as positive numbers; only
:func:`adjust` takes a sign.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, NoReturn
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from apps.accounts.models import User
from apps.common.metrics import LEDGER_REFUSALS
from apps.common.sql import fetch_prepared
from apps.credits.models import JOB_REFERENCE, CreditAccount, CreditTransaction, TransactionType

REPEATED_WRITES = frozenset({"one_transaction_per_idempotency_key", "one_charge_and_one_refund_per_job"})


class InsufficientCredits(Exception):
    """The account holds fewer credits than are needed; nothing was written."""

    def __init__(self, *, balance: int, needed: int) -> None:
        super().__init__(f"{needed} credits are needed and {balance} are there.")
        self.balance = balance
        self.needed = needed


class KeyReused(Exception):
    """The idempotency key, or the job, already stands for a different movement; nothing was written."""


class Entry(NamedTuple):
    """A transaction as the ledger has written it."""

    id: UUID
    seq: int
    amount: int
    balance_after: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """What a verb asks the ledger to write."""

    user_id: int
    type: TransactionType
    amount: int
    key: str
    by_id: int | None = None
    reference_type: str = ""
    reference_id: UUID | None = None
    character_id: UUID | None = None
    quality_mode: str = ""
    description: str = ""


# The time is read while the account's row is locked and pushed past the last one: `now()` would be the start of the
# transaction and put the ledger out of order under contention. No ON CONFLICT: it would take the credits and write
# no row; a racing repetition passes NOT EXISTS and is stopped by the unique key, which undoes the statement.
APPEND = """
WITH account AS (
  UPDATE credit_accounts
     SET balance = balance + %(amount)s, seq = seq + 1,
         last_at = GREATEST(clock_timestamp(), last_at + interval '1 microsecond')
   WHERE user_id = %(user_id)s AND balance + %(amount)s >= 0
     AND NOT EXISTS (SELECT FROM credit_transactions
                      WHERE user_id = %(user_id)s AND idempotency_key = %(key)s)
  RETURNING user_id, seq, balance, last_at)
INSERT INTO credit_transactions (user_id, seq, type, amount, balance_after, reference_type, reference_id, character_id,
                                 quality_mode, description, recorded_by_id, idempotency_key, created_at)
SELECT user_id, seq, %(type)s, %(amount)s, balance, %(reference_type)s, %(reference_id)s, %(character_id)s,
       %(quality_mode)s, %(description)s, %(by_id)s, %(key)s, last_at
  FROM account
RETURNING id, seq, amount, balance_after, created_at
"""


def spend(
    *,
    user: User,
    credits: int,
    job_id: UUID,
    by: User | None,
    character_id: UUID | None = None,
    quality_mode: str = "",
    description: str = "",
) -> Entry:
    """Charges a generation job. Raises InsufficientCredits; a job is charged once, whoever asks again."""
    return _write(
        Movement(
            user_id=user.pk,
            type=TransactionType.GENERATION,
            amount=-_positive(credits),
            key=f"charge:{job_id}",
            by_id=by.pk if by else None,
            reference_type=JOB_REFERENCE,
            reference_id=job_id,
            character_id=character_id,
            quality_mode=quality_mode,
            description=description,
        )
    )


def refund(*, job_id: UUID, user_id: int, by: User | None = None, description: str = "") -> Entry | None:
    """Gives back what the job was charged, once. None where the job was never charged."""
    charge = CreditTransaction.objects.of_job(job_id).filter(user_id=user_id, type=TransactionType.GENERATION).first()
    if charge is None:
        return None
    return _write(
        Movement(
            user_id=user_id,
            type=TransactionType.REFUND,
            amount=-charge.amount,
            key=f"refund:{job_id}",
            by_id=by.pk if by else None,
            reference_type=JOB_REFERENCE,
            reference_id=job_id,
            character_id=charge.character_id,
            quality_mode=charge.quality_mode,
            description=description,
        )
    )


def grant(*, user: User, credits: int, key: str, by: User | None, description: str = "") -> Entry:
    """Adds a plan's credits for a period; the key names the subscription and the period."""
    return _add(TransactionType.SUBSCRIPTION_GRANT, user=user, credits=credits, key=key, by=by, description=description)


def purchase(*, user: User, credits: int, key: str, by: User | None, description: str = "") -> Entry:
    """Adds bought credits; the key names the payment."""
    return _add(TransactionType.PURCHASE, user=user, credits=credits, key=key, by=by, description=description)


def award_bonus(*, user: User, credits: int, key: str, by: User | None, description: str = "") -> Entry:
    """Adds credits as a present."""
    return _add(TransactionType.BONUS, user=user, credits=credits, key=key, by=by, description=description)


def adjust(*, user: User, amount: int, key: str, by: User, reason: str) -> Entry:
    """Corrects a balance by hand, up or down. Raises ValueError without a reason, InsufficientCredits below zero."""
    if not amount or not reason.strip():
        raise ValueError("An adjustment needs an amount other than 0 and a reason.")
    return _write(
        Movement(
            user_id=user.pk,
            type=TransactionType.ADMIN_ADJUSTMENT,
            amount=amount,
            key=key,
            by_id=by.pk,
            description=reason.strip(),
        )
    )


def balance_of(user_id: int) -> int:
    """The credits a person has now; 0 for one who never had any."""
    return CreditAccount.objects.filter(pk=user_id).values_list("balance", flat=True).first() or 0


def lock_account(user_id: int) -> None:
    """Holds back every other movement of the account until the caller's transaction ends. Opens it where missing."""
    locked = CreditAccount.objects.select_for_update().filter(pk=user_id)
    if not locked.values("pk").first():
        _open_account(user_id)
        locked.get()


def _add(kind: TransactionType, *, user: User, credits: int, key: str, by: User | None, description: str) -> Entry:
    return _write(
        Movement(
            user_id=user.pk,
            type=kind,
            amount=_positive(credits),
            key=key,
            by_id=by.pk if by else None,
            description=description,
        )
    )


def _positive(credits: int) -> int:
    if credits <= 0:
        raise ValueError(f"Credits must be 1 or more, not {credits}.")
    return credits


def _write(movement: Movement) -> Entry:
    """Appends the movement, or returns the row that the same key wrote before."""
    return _append(movement) or _repeated(movement) or _append_once_opened(movement) or _refuse(movement)


def _append(movement: Movement) -> Entry | None:
    """The written row; None where the key was used, the account is missing or holds too little."""
    params = {name: getattr(movement, name) for name in Movement.__slots__}
    try:
        rows = _in_savepoint(partial(fetch_prepared, APPEND, params))
    except IntegrityError as error:
        if _violated(error) in REPEATED_WRITES:
            return None
        raise
    return Entry(*rows[0]) if rows else None


def _in_savepoint(statement: Callable[[], list[Any]]) -> list[Any]:
    """Keeps a refused statement from ending the caller's transaction; alone, it is a transaction of its own."""
    if not connection.in_atomic_block:
        return statement()
    with transaction.atomic():
        return statement()


def _repeated(movement: Movement) -> Entry | None:
    before = CreditTransaction.objects.filter(_same(movement)).first()
    if before is None:
        return None
    if any(getattr(before, name) != getattr(movement, name) for name in ("user_id", "type", "amount", "reference_id")):
        LEDGER_REFUSALS.labels("key_reused").inc()
        raise KeyReused(f"{movement.key!r} was used for another movement.")
    return Entry(before.id, before.seq, before.amount, before.balance_after, before.created_at)


def _same(movement: Movement) -> Q:
    """What the key wrote, or what was written under any key for the same step of the same job."""
    by_key = Q(user_id=movement.user_id, idempotency_key=movement.key)
    by_job = Q(reference_type=JOB_REFERENCE, reference_id=movement.reference_id, type=movement.type)
    return by_key | by_job if movement.reference_type == JOB_REFERENCE else by_key


def _append_once_opened(movement: Movement) -> Entry | None:
    """None for a debit: an account that isn't there holds nothing to take, and refusing must write nothing."""
    if movement.amount < 0:
        return None
    _open_account(movement.user_id)
    return _append(movement) or _repeated(movement)


def _open_account(user_id: int) -> None:
    CreditAccount.objects.get_or_create(user_id=user_id)


def _refuse(movement: Movement) -> NoReturn:
    LEDGER_REFUSALS.labels("insufficient_credits").inc()
    raise InsufficientCredits(balance=balance_of(movement.user_id), needed=-movement.amount)


def _violated(error: IntegrityError) -> str | None:
    """The name of the constraint that refused a statement."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
