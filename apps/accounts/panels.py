"""What other apps show on the account page: each registers a panel, so that this app needs to know none of them."""

from collections.abc import Callable
from typing import Any, TypeAlias

from apps.accounts.models import Subscription, User

Panel: TypeAlias = Callable[[User, Subscription | None], dict[str, Any]]

_panels: list[Panel] = []


def register(panel: Panel) -> Panel:
    """Adds to the account page's context what the panel returns for a person and the subscription that holds."""
    _panels.append(panel)
    return panel


def context_for(user: User, subscription: Subscription | None) -> dict[str, Any]:
    """All panels' values together."""
    return {name: value for panel in _panels for name, value in panel(user, subscription).items()}
