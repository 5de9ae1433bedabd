"""What tests of the shop look at: an order, and what the log says about it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings

from apps.orders import feed
from apps.orders.models import Order
from tests.orders.factories import open_order
from tests.orders.mail_servers import Refusing


@pytest.fixture
def order(db: None) -> Order:
    """An order that awaits its payment."""
    return open_order()


@pytest.fixture
def spooled(settings: LazySettings) -> Callable[[], list[Path]]:
    """The files in the spool at the time of the call, hidden ones included."""
    folder = Path(settings.ACTIVITY_LOG_SPOOL)
    return lambda: sorted(folder.iterdir()) if folder.is_dir() else []


@pytest.fixture
def lines() -> Callable[..., list[str]]:
    """The messages of an order's timeline, oldest first; of the whole log where no order is given."""

    def read(order: Order | None = None) -> list[str]:
        if order is None:
            return [entry.message for entry in reversed(feed.list_recent(limit=1000).entries)]
        return [entry.message for entry in feed.list_for_order(order)]

    return read


@pytest.fixture
def refusing(settings: LazySettings) -> type[Refusing]:
    """The mail server, which nobody reaches unless a test says otherwise."""
    settings.EMAIL_BACKEND = "tests.orders.mail_servers.Refusing"
    Refusing.times, Refusing.asked = 1_000, 0
    Refusing.error = ConnectionRefusedError("nobody answers")
    return Refusing
