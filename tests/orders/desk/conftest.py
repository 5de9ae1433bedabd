"""The providers that staff's acts reach, on this machine."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from tests.http_stand_in import StandIn


@pytest.fixture
def printify(settings: LazySettings) -> Iterator[StandIn]:
    with StandIn().running() as running:
        settings.PRINTIFY_API_TOKEN, settings.PRINTIFY_SHOP_ID = "token", "7"
        settings.PRINTIFY_API_BASE = f"{running.url}/v1"
        yield running


@pytest.fixture
def stripe(settings: LazySettings) -> Iterator[StandIn]:
    with StandIn().running() as running:
        settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = "sk_test_1", running.url
        yield running
