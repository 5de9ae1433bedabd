"""The data: people with full accounts, to be charged again and again."""

from datetime import datetime

from django.db import connection

from apps.accounts.models import Plan, User
from apps.credits import ledger
from apps.credits.enrolment import enrol
from apps.credits.models import CreditTransaction

CLIENTS = 8
CREDITS = 1_000_000_000
EMAIL = "client{number}@bench.example"


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


def movements(user: User) -> list[tuple[int, str, int, int]]:
    """An account's charges: number, type, amount, balance after."""
    rows = CreditTransaction.objects.filter(user=user).in_order()
    return list(rows.values_list("seq", "type", "amount", "balance_after"))


def vacuum() -> None:
    """Clears away what the last race left behind."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) credit_accounts, credit_transactions")
