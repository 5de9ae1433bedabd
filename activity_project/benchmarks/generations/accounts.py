"""The data: people with full accounts and jobs enough, to be charged again and again."""

from datetime import datetime
from itertools import count
from uuid import UUID

from django.db import connection

from apps.accounts.models import Plan, User
from apps.credits import ledger
from apps.credits.enrolment import enrol
from apps.credits.models import CreditTransaction

CLIENTS = 8
CREDITS = 1_000_000_000
EMAIL = "client{number}@bench.example"
_first_numbers = count(1, 10_000_000)


def fill() -> None:
    """Makes a person for each client."""
    for number in range(CLIENTS):
        new_person(number)


def new_person(number: int, credits: int = CREDITS) -> User:
    """Another person, with so many credits."""
    user = User.objects.create_user(EMAIL.format(number=number))
    ledger.award_bonus(user=user, credits=credits, key="bench", by=None)
    return user


def enrolled_person(number: int, now: datetime) -> User:
    """Another person, on the largest plan."""
    user = User.objects.create_user(EMAIL.format(number=number))
    enrol(user=user, plan=Plan.objects.order_by("-credits_per_period")[0], now=now)
    return user


def clients() -> list[User]:
    """The people that were made, one for each client."""
    return list(User.objects.order_by("pk")[:CLIENTS])


def jobs_of(user: User, many: int) -> range:
    """Makes the person so many jobs to be charged for; returns their numbers (see ``job_id``)."""
    first = next(_first_numbers)
    with connection.cursor() as cursor:
        cursor.execute(_JOBS, {"user_id": user.pk, "first": first, "last": first + many - 1})
    return range(first, first + many)


def job_id(number: int) -> UUID:
    """The id of the job with this number."""
    return UUID(int=number)


# A number as an id, for SQL and for pgbench's scripts.
JOB_ID = "lpad(to_hex({number}), 32, '0')::uuid"
_JOBS = f"""
INSERT INTO generation_jobs (id, user_id, type, input, credits_used, created_at, updated_at, metadata)
SELECT {JOB_ID.format(number="number")}, %(user_id)s, 'image', '{{}}', 1, statement_timestamp(), statement_timestamp(),
       '{{}}'
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS number
"""


def movements(user: User) -> list[tuple[int, str, int, int]]:
    """An account's charges: number, type, amount, balance after."""
    rows = CreditTransaction.objects.filter(user=user).in_order()
    return list(rows.values_list("seq", "type", "amount", "balance_after"))


def vacuum() -> None:
    """Clears away what the last race left behind."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) credit_accounts, credit_transactions")
