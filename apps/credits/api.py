"""The ledger in the JSON API."""

from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from apps.accounts.api_auth import ApiRequest, needs
from apps.accounts.scopes import Scope
from apps.common.schemas import ApiSchema, CursorText, QuerySchema, UtcTime
from apps.credits.models import TransactionType
from apps.credits.queries import TransactionPage, transactions_of

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
