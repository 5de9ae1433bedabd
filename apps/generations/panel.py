"""What the account page shows of generations."""

from typing import Any

from apps.accounts.models import User
from apps.accounts.panels import register
from apps.accounts.usage import active_subscription
from apps.generations.queries import usage_of


@register
def usage_panel(user: User) -> dict[str, Any]:
    """Images used and left in this period."""
    subscription = active_subscription(user)
    return {"usage": usage_of(user, plan=subscription.plan if subscription else None)}
