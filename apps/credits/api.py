"""The ledger in the JSON API."""

from calendar import monthrange
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from apps.accounts.api_auth import ApiRequest, needs
from apps.accounts.scopes import Scope
from apps.common.problem import Problem
from apps.common.schemas import ApiSchema, CursorText, QuerySchema, UtcTime
from apps.credits.models import TransactionType
from apps.credits.queries import TransactionPage, transactions_of
from apps.credits.statement import statement

router = Router(tags=["Credits"], by_alias=True)


class TransactionQuery(QuerySchema):
    """How many, and where to go on."""

    limit: int = Field(50, ge=1, le=100)
    cursor: CursorText | None = None


class Transaction(ApiSchema):
    """One movement of credits, never changed once written."""

    id: UUID
    type: TransactionType
    amount: int = Field(description="Credits; below zero when spent.")
    balance_after: int
    reference_type: str = Field(description="What it is about, such as generation_job; empty where it is nothing.")
    reference_id: UUID | None
    quality_mode: str
    description: str
    created_at: UtcTime


class Transactions(ApiSchema):
    """Some transactions, newest first, and where to go on; null at the end."""

    items: list[Transaction] = Field(validation_alias="transactions")
    next_cursor: str | None


@router.get(
    "/credits/transactions", response=Transactions, auth=needs(Scope.CREDITS_READ), summary="List credit transactions"
)
def list_transactions(request: ApiRequest, query: Query[TransactionQuery]) -> TransactionPage:
    """Every movement of credits on the account, newest first."""
    return transactions_of(request.auth.user, limit=query.limit, cursor=query.cursor)


class StatementQuery(QuerySchema):
    """The days, both included, in the person's own time zone; this month where they are left out."""

    first_day: date | None = Field(None, ge=date(2000, 1, 1), le=date(2100, 1, 1))
    last_day: date | None = Field(None, ge=date(2000, 1, 1), le=date(2100, 1, 1))


class StatementTotal(ApiSchema):
    """All movements of one type in the period."""

    type: TransactionType
    count: int
    credits: int


class StatementOfPeriod(ApiSchema):
    """Opening balance and totals add up to the closing balance."""

    first_day: date
    last_day: date
    time_zone: str
    since: UtcTime = Field(description="When the first day begins, inclusive.")
    until: UtcTime = Field(description="When the last day ends, exclusive.")
    opening_balance: int
    totals: list[StatementTotal]
    closing_balance: int


@router.get(
    "/credits/statement", response=StatementOfPeriod, auth=needs(Scope.CREDITS_READ), summary="A period's statement"
)
def read_statement(request: ApiRequest, query: Query[StatementQuery]) -> dict[str, Any]:
    """Opening balance, sums by type and closing balance of a period, as the ledger has them."""
    user = request.auth.user
    today = timezone.now().astimezone(user.zone).date()
    first_day = query.first_day or (query.last_day or today).replace(day=1)
    last_day = query.last_day or first_day.replace(day=monthrange(first_day.year, first_day.month)[1])
    if last_day < first_day:
        raise Problem.of_parameter("lastDay", "The period ends before it begins.")
    return statement(user, first_day, last_day).as_json()
