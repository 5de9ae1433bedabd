"""Reads of the ledger."""

from dataclasses import dataclass
from uuid import UUID

from apps.accounts.models import Plan, User
from apps.common import keyset
from apps.common.keyset import BadCursor
from apps.credits.models import CreditTransaction
from apps.credits.packs import purchase_key

_LAST_NUMBER = 2**63


@dataclass(frozen=True, slots=True)
class TransactionPage:
    """Some transactions, newest first, and where to go on; null at the end."""

    transactions: list[CreditTransaction]
    next_cursor: str | None


def transactions_of(user: User, *, limit: int, cursor: str | None = None) -> TransactionPage:
    """The person's transactions, after the cursor where one is given: one range of one index. Raises BadCursor."""
    rows = user.credit_transactions.newest_first()
    if cursor:
        rows = rows.before_number(_number(cursor))
    found = list(rows[: limit + 1])
    shown = found[:limit]
    return TransactionPage(shown, keyset.encode({"n": str(shown[-1].seq)}) if len(found) > limit else None)


def recent_movements(user: User, *, limit: int = 10) -> list[CreditTransaction]:
    """The person's newest transactions."""
    return list(user.credit_transactions.newest_first()[:limit])


def every_plan() -> list[Plan]:
    """The plans that there are."""
    return list(Plan.objects.all())


def bought_by_page(user: User, session_id: str) -> CreditTransaction | None:
    """The credits that came in by a payment page; null while its payment hasn't been told."""
    return user.credit_transactions.filter(idempotency_key=purchase_key(session_id)).first()


def transactions_of_job(job_id: UUID) -> list[CreditTransaction]:
    """What a generation job was charged and, where it was, given back: the charge first."""
    return list(CreditTransaction.objects.of_job(job_id).order_by("seq"))


def _number(cursor: str) -> int:
    text = keyset.decode(cursor, ("n",))["n"]
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) < _LAST_NUMBER):
        raise BadCursor
    return int(text)
