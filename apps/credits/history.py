"""Copies movements of the past into the ledger: what another system hands over, and demonstrations.

With ``ledger`` the only other writer. It takes times as they are, and leaves the judging to the database, which checks
the whole chain at commit.
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

    Their times are taken as they are and must rise. The database checks the whole chain when this commits.
    """
    lock_account(user_id)
    account = CreditAccount.objects.get(pk=user_id)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        with connection.wrap_database_errors, cursor.copy(_COPY_HISTORY) as copy:
            for movement in movements:
                account.seq, account.balance = account.seq + 1, account.balance + movement.amount
                account.last_at = movement.at
                copy.write_row(_past_row(user_id, account, movement))
    changed = {"seq": account.seq, "balance": account.balance, "last_at": account.last_at}
    before = CreditAccount.objects.values_list("seq", flat=True).get(pk=user_id)
    CreditAccount.objects.filter(pk=user_id).update(**changed)
    return account.seq - before


def append_from(query: str, params: Mapping[str, Any]) -> None:
    """Appends the movements that the query selects, by the names of ``_COLUMNS``: whole stretches of chains, each
    beginning where its account stands. The caller has locked the accounts, and the database checks all at commit.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(_MOVE_ACCOUNTS.format(query=query), params)
        cursor.execute(f"INSERT INTO credit_transactions ({_COLUMNS}) {query}", params)


_COLUMNS = """id, user_id, seq, type, amount, balance_after, reference_type, reference_id, character_id, quality_mode,
              description, recorded_by_id, created_at"""
_COPY_HISTORY = f"COPY credit_transactions ({_COLUMNS}) FROM STDIN"
_MOVE_ACCOUNTS = """
UPDATE credit_accounts AS account SET seq = last.seq, balance = last.balance_after, last_at = last.created_at
  FROM (SELECT DISTINCT ON (user_id) user_id, seq, balance_after, created_at FROM ({query}) AS appended
         ORDER BY user_id, seq DESC) AS last
 WHERE account.user_id = last.user_id
"""


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
