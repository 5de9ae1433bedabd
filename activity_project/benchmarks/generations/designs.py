"""The ways to charge an account that are compared: ours, and the one of the textbooks."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.common.sql import fetch_prepared
from apps.credits import ledger
from apps.credits.ledger import InsufficientCredits

Charge = Callable[[User, UUID], None]


def ours(user: User, job: UUID) -> None:
    """The product's own: one statement. Raises InsufficientCredits, as the other does."""
    ledger.spend(user=user, credits=1, job_id=job, by=None)


@transaction.atomic
def for_update(user: User, job: UUID) -> None:
    """Lock the row, look, write: statements in a transaction."""
    ((balance,),) = fetch_prepared(_LOCK, {"user_id": user.pk})
    if balance < 1:
        raise InsufficientCredits(balance=balance, needed=1)
    fetch_prepared(_WRITE, {"user_id": user.pk, "job_id": job, "key": f"charge:{job}"})


DESIGNS: Mapping[str, Charge] = {"ours": ours, "SELECT FOR UPDATE": for_update}

_LOCK = "SELECT balance FROM credit_accounts WHERE user_id = %(user_id)s FOR UPDATE"
# In one statement, because the ledger's keys would refuse the account's move before there is a row for it: kinder
# than the textbooks, which take two.
_WRITE = """
WITH account AS (
  UPDATE credit_accounts SET balance = balance - 1, seq = seq + 1,
                             last_at = GREATEST(clock_timestamp(), last_at + interval '1 microsecond')
   WHERE user_id = %(user_id)s
  RETURNING user_id, seq, balance, last_at)
INSERT INTO credit_transactions (user_id, seq, type, amount, balance_after, reference_type, reference_id,
                                 idempotency_key, created_at)
SELECT user_id, seq, 'generation', -1, balance, 'generation_job', %(job_id)s, %(key)s, last_at FROM account
RETURNING id
"""
