"""What the account page shows of the ledger."""

from typing import Any

from apps.accounts.models import Subscription, User
from apps.accounts.panels import register
from apps.credits import ledger
from apps.credits.verification import check_of


@register
def credits_panel(user: User, subscription: Subscription | None) -> dict[str, Any]:
    """The balance, and how the last verification found this account."""
    return {"balance": ledger.balance_of(user.pk), "ledger_check": check_of(user)}
