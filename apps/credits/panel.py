"""What the account page shows of the ledger."""

from typing import Any

from apps.accounts.models import User
from apps.accounts.panels import register
from apps.credits import ledger
from apps.credits.verification import newest_verification


@register
def credits_panel(user: User) -> dict[str, Any]:
    """The balance, and when the whole ledger was last found to add up."""
    return {"balance": ledger.balance_of(user.pk), "verification": newest_verification()}
