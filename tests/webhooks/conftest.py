"""Secrets, and a handler that writes something down, in a table that is the test's."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import LazySettings

from apps.webhooks import registry
from apps.webhooks.models import WebhookDelivery
from apps.webhooks.registry import Handler
from tests.webhooks import signing


@pytest.fixture(autouse=True)
def _secrets(settings: LazySettings) -> None:
    settings.STRIPE_WEBHOOK_SECRET = signing.STRIPE_SECRET
    settings.PRINTIFY_WEBHOOK_SECRET = signing.PRINTIFY_SECRET
    settings.ANYMAIL = {"WEBHOOK_SECRET": signing.MAIL_SECRET}


@pytest.fixture
def handled_by() -> Iterator[Callable[[Handler], None]]:
    """Has messages of the types ``test.happened`` and ``test:happened`` handled by what the test gives."""
    types = (("stripe", "test.happened"), ("printify", "test:happened"))

    def register(handler: Handler) -> None:
        for provider, event_type in types:
            registry.handles(provider, event_type)(handler)

    yield register
    for each in types:
        registry._handlers.pop(each, None)


@pytest.fixture
def told() -> Iterator[list[str]]:
    """What a person was told: messages that failed, and that were handled after all."""
    heard: list[str] = []

    def failed(delivery: WebhookDelivery) -> None:
        heard.append(f"failed {delivery.event_id}")

    def recovered(delivery: WebhookDelivery) -> None:
        heard.append(f"recovered {delivery.event_id}")

    registry.on_failure(failed)
    registry.on_recovery(recovered)
    yield heard
    registry._on_failure.remove(failed)
    registry._on_recovery.remove(recovered)
