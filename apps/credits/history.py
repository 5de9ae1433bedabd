"""Copies movements of the past into the ledger: what another system hands over, and demonstrations.

With ``ledger`` the only other writer. It takes times as they are, and leaves the judging to the database, which checks
the whole chain when it has been written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from apps.credits.ledger import lock_account
from apps.credits.models import JOB_REFERENCE, CreditAccount, TransactionType


@dataclass(frozen=True, slots=True, kw_only=True)
class PastMovement:
    """A movement that happened elsewhere or earlier, with the time it happened at.

    The jobs that charges and refunds are for must have been written before; an adjustment needs ``by_id`` and a
    description, as one that is made here does.
    """

    type: TransactionType
    amount: int
    at: datetime
    id: UUID
    job_id: UUID | None = None
    character_id: UUID | None = None
    quality_mode: str = ""
    description: str = ""
    by_id: int | None = None


@transaction.atomic
def write_history(user_id: int, movements: Iterable[PastMovement]) -> int:
    """Copies past movements, oldest first, behind those the account has. Returns how many; raises on the first that
    doesn't fit the chain, and then nothing was written.

    Their times are taken as they are and must rise. Each movement's row waits in memory until the account has moved.
    """
    lock_account(user_id)
    account = CreditAccount.objects.get(pk=user_id)
    rows = [_past_row(user_id, _moved(account, movement), movement) for movement in movements]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS account_is_what_its_last_transaction_left DEFERRED")
        account.save(update_fields=["seq", "balance", "last_at"])
        with connection.wrap_database_errors, cursor.copy(_COPY_HISTORY) as copy:
            for row in rows:
                copy.write_row(row)
    return len(rows)


def append_from(query: str, params: Mapping[str, Any]) -> None:
    """Appends the movements that the query selects, by the names of ``_COLUMNS``: whole stretches of chains, each
    beginning where its account stands. The caller has locked the accounts, and the database checks all at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(_APPEND.format(query=query), params)


_COLUMNS = """id, user_id, seq, type, amount, balance_after, reference_type, reference_id, character_id, quality_mode,
              description, recorded_by_id, created_at"""
_COPY_HISTORY = f"COPY credit_transactions ({_COLUMNS}) FROM STDIN"
_APPEND = f"""
WITH appended AS (
  INSERT INTO credit_transactions ({_COLUMNS}) {{query}} RETURNING user_id, seq, balance_after, created_at)
UPDATE credit_accounts AS account SET seq = last.seq, balance = last.balance_after, last_at = last.created_at
  FROM (SELECT DISTINCT ON (user_id) * FROM appended ORDER BY user_id, seq DESC) AS last
 WHERE account.user_id = last.user_id
"""


def _moved(account: CreditAccount, movement: PastMovement) -> CreditAccount:
    account.seq, account.balance, account.last_at = account.seq + 1, account.balance + movement.amount, movement.at
    return account


def _past_row(user_id: int, account: CreditAccount, movement: PastMovement) -> tuple[Any, ...]:
    return (
        movement.id,
        user_id,
        account.seq,
        movement.type.value,
        movement.amount,
        account.balance,
        JOB_REFERENCE if movement.job_id else "",
        movement.job_id,
        movement.character_id,
        movement.quality_mode,
        movement.description,
        movement.by_id,
        movement.at,
    )
