"""A provider on this machine."""

from collections.abc import Iterator

import pytest

from tests.http_stand_in import StandIn


@pytest.fixture
def provider() -> Iterator[StandIn]:
    with StandIn().running() as running:
        yield running
