"""Generations in the JSON API."""

from typing import Any

from ninja import Router
from pydantic import Field

from apps.accounts.api_auth import ApiRequest, needs
from apps.accounts.scopes import Scope
from apps.accounts.usage import active_subscription
from apps.common.schemas import ApiSchema, UtcTime
from apps.credits import ledger
from apps.generations.queries import usage_of

router = Router(tags=["Generations"], by_alias=True)


class UsageReport(ApiSchema):
    """How much may still be generated; counts are in images."""

    has_limit: bool
    limit: int | None = Field(description="Images a period; null without a limit.")
    used: int = Field(description="Images of this period, those being made now included.")
    remaining: int | None
    can_generate: bool
    lifetime_total: int
    current_period_used: int
    last_reset_date: UtcTime | None
    balance: int = Field(description="Credits to spend.")


@router.get("/usage", response=UsageReport, auth=needs(Scope.GENERATIONS_READ), summary="Usage, limit and balance")
def usage(request: ApiRequest) -> dict[str, Any]:
    """How many images the plan still allows, and the credits that are left."""
    user = request.auth.user
    subscription = active_subscription(user)
    used = usage_of(user, plan=subscription.plan if subscription else None)
    shown = {name: getattr(used, name) for name in UsageReport.model_fields if name != "balance"}
    return {**shown, "balance": ledger.balance_of(user.pk)}
