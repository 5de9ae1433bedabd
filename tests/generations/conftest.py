"""What tests of generations look at: the files in the storage, the account's movements, a broker that is down."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from apps.accounts.models import User
from apps.credits.models import CreditTransaction
from tests.brokers import sending_to


@pytest.fixture
def files(settings: LazySettings) -> Callable[[], list[Path]]:
    """The files in the storage at the time of the call."""
    return lambda: sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


@pytest.fixture
def amounts() -> Callable[[User], list[int]]:
    """How a person's credits have moved, oldest first."""
    return lambda user: list(CreditTransaction.objects.filter(user=user).in_order().values_list("amount", flat=True))


@pytest.fixture
def broker_down(tmp_path: Path) -> Iterator[None]:
    """Nobody listens where work is sent to."""
    with sending_to(f"unix://{tmp_path}/nobody.sock"):
        yield
