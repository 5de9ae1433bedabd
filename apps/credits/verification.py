"""Recomputes the whole ledger and names the first row that is wrong.

The database refuses wrong rows as they are written; this finds what was damaged past its guards, by a restore gone
wrong or by someone who switched the triggers off.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.credits.models import LedgerVerification


@dataclass(frozen=True, slots=True)
class Fault:
    """The first wrong row of an account; ``seq`` is 0 where the account itself is wrong."""

    user_id: int
    seq: int
    what: str

    def __str__(self) -> str:
        where = f"transaction {self.seq}" if self.seq else "the account"
        return f"user {self.user_id}, {where}: {self.what}"


# Mostly one pass over the index (user_id, seq): each row against the one before it, by window.
_FAULTS = r"""
WITH chained AS (
  SELECT user_id, seq, type, amount, balance_after, created_at, reference_id,
         lag(seq, 1, 0::bigint) OVER account AS before_seq,
         lag(balance_after, 1, 0::bigint) OVER account AS before_balance,
         lag(created_at) OVER account AS before_at
    FROM credit_transactions WHERE %(everyone)s OR user_id = ANY (%(user_ids)s)
  WINDOW account AS (PARTITION BY user_id ORDER BY seq)),
judged AS (
  SELECT user_id, seq, CASE
      WHEN seq <> before_seq + 1 THEN format('number %%s follows %%s', seq, before_seq)
      WHEN balance_after <> before_balance + amount
        THEN format('balance %%s, but %%s before and %%s moved', balance_after, before_balance, amount)
      WHEN balance_after < 0 THEN format('balance %%s is below zero', balance_after)
      WHEN created_at <= before_at THEN format('time %%s is not after %%s', created_at, before_at)
      WHEN amount = 0 OR (type = 'generation' AND amount > 0)
           OR (type NOT IN ('generation', 'admin_adjustment') AND amount < 0)
        THEN format('amount %%s does not fit %%s', amount, type)
    END AS what
    FROM chained),
accounts AS (
  SELECT COALESCE(a.user_id, t.user_id) AS user_id, 0::bigint AS seq,
         CASE WHEN a.user_id IS NULL THEN format('missing, with %%s transactions', t.seq)
              ELSE format('says %%s after %%s transactions, its rows say %%s after %%s',
                          a.balance, a.seq, COALESCE(t.balance_after, 0), COALESCE(t.seq, 0)) END AS what
    FROM (SELECT * FROM credit_accounts WHERE %(everyone)s OR user_id = ANY (%(user_ids)s)) a
    FULL JOIN (SELECT DISTINCT ON (user_id) user_id, seq, balance_after FROM credit_transactions
                WHERE %(everyone)s OR user_id = ANY (%(user_ids)s) ORDER BY user_id, seq DESC) t USING (user_id)
   WHERE (a.balance, a.seq) IS DISTINCT FROM (COALESCE(t.balance_after, 0), COALESCE(t.seq, 0))),
refunds AS (
  SELECT refund.user_id, refund.seq, CASE
      WHEN charge.seq IS NULL THEN format('gives back %%s for job %%s, which was not charged',
                                          refund.amount, refund.reference_id)
      WHEN charge.amount <> -refund.amount THEN format('gives back %%s for job %%s, which was charged %%s',
                                                       refund.amount, refund.reference_id, -charge.amount)
      ELSE format('gives back for job %%s before it was charged', refund.reference_id) END AS what
    FROM credit_transactions AS refund
    LEFT JOIN LATERAL (SELECT seq, amount FROM credit_transactions
                        WHERE reference_type = 'generation_job' AND reference_id = refund.reference_id
                          AND type = 'generation' AND user_id = refund.user_id
                        ORDER BY seq LIMIT 1) AS charge ON true
   WHERE refund.type = 'refund'
     AND (charge.amount = -refund.amount AND charge.seq < refund.seq) IS NOT TRUE),
unexplained AS (
  SELECT user_id, seq, 'an adjustment without who made it and why' AS what
    FROM credit_transactions
   WHERE type = 'admin_adjustment' AND (recorded_by_id IS NULL OR description !~ '\S')),
doubled AS (
  SELECT user_id, max(seq) AS seq, format('job %%s has %%s rows of type %%s', reference_id, count(*), type) AS what
    FROM credit_transactions
   WHERE reference_type = 'generation_job' AND (%(everyone)s OR user_id = ANY (%(user_ids)s))
   GROUP BY user_id, reference_id, type HAVING count(*) > 1)
SELECT DISTINCT ON (user_id) user_id, seq, what
  FROM ({found}) AS found
 WHERE %(everyone)s OR user_id = ANY (%(user_ids)s)
 ORDER BY user_id, seq = 0, seq, rank
"""

# Each names some wrong rows: user_id, seq, what. Where several find the same row, the first has the word.
_finders = [
    "SELECT user_id, seq, what FROM judged WHERE what IS NOT NULL",
    "SELECT user_id, seq, what FROM refunds",
    "SELECT user_id, seq, what FROM unexplained",
    "SELECT user_id, seq, what FROM doubled",
    "SELECT user_id, seq, what FROM accounts",
]


def register(finder: str) -> None:
    """Has ``verify`` look for more: a query of ``user_id``, ``seq`` and ``what`` over tables that this app can't know.

    It stands in the program and is never put together from what comes from outside; a percent sign is written twice.
    """
    _finders.append(finder)


def _faults() -> str:
    ranked = (f"SELECT *, {rank} AS rank FROM ({finder}) AS finder_{rank}" for rank, finder in enumerate(_finders))
    return _FAULTS.format(found=" UNION ALL ".join(ranked))


def verify() -> tuple[LedgerVerification, list[Fault]]:
    """Checks every account in one snapshot and records the run. Returns the record and each account's first fault."""
    started_at = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        faults = [Fault(*row) for row in _rows(cursor, _faults(), {"everyone": True, "user_ids": []})]
        accounts, transactions = next(_rows(cursor, _SIZE))
    record = LedgerVerification.objects.create(
        started_at=started_at,
        finished_at=timezone.now(),
        accounts=accounts,
        transactions=transactions,
        wrong_accounts=len(faults),
        wrong_user_ids=[fault.user_id for fault in faults],
        first_fault=str(faults[0]) if faults else "",
    )
    return record, faults


@dataclass(frozen=True, slots=True)
class AccountCheck:
    """When an account was last verified, and whether each of its movements until then added up."""

    at: datetime
    adds_up: bool


def check_of(user: User) -> AccountCheck | None:
    """How the last run found the person's account; null where none has seen a movement of theirs yet."""
    run = newest_verification()
    if run is None or not user.credit_transactions.filter(seq=1, created_at__lt=run.started_at).exists():
        return None
    all_named = len(run.wrong_user_ids) == run.wrong_accounts  # earlier runs only counted them
    return AccountCheck(run.started_at, all_named and user.pk not in run.wrong_user_ids)


def faults_of(user_ids: Sequence[int]) -> list[Fault]:
    """The first fault of each of these people's accounts; no record is made of the run."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        return [Fault(*row) for row in _rows(cursor, _faults(), {"everyone": False, "user_ids": list(user_ids)})]


def newest_verification() -> LedgerVerification | None:
    """The last run, or null before the first."""
    return LedgerVerification.objects.order_by("-finished_at").first()


_SIZE = "SELECT (SELECT count(*) FROM credit_accounts), (SELECT count(*) FROM credit_transactions)"


def _rows(cursor: Any, query: str, params: Mapping[str, Any] | None = None) -> Iterator[tuple[Any, ...]]:
    cursor.execute(query, params)
    yield from cursor.fetchall()
