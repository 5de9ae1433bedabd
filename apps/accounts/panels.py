"""What other apps show on the account page: each registers a panel, so that this app needs to know none of them."""

from collections.abc import Callable
from typing import Any, TypeAlias

from apps.accounts.models import User

Panel: TypeAlias = Callable[[User], dict[str, Any]]

_panels: list[Panel] = []


def register(panel: Panel) -> Panel:
    """Adds what the panel returns for a person to the account page's context."""
    _panels.append(panel)
    return panel


def context_for(user: User) -> dict[str, Any]:
    """All panels' values together."""
    return {name: value for panel in _panels for name, value in panel(user).items()}
