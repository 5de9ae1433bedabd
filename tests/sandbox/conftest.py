"""The stage of the sandbox's tests: one running sandbox, and a listener in the product's place."""

from collections.abc import Iterator
from typing import Final

import psycopg
import pytest

from tests.sandbox.stage import Sandbox, Visitor, running_sandbox

TABLES: Final = (
    *("sandbox_knobs", "sandbox_appointments", "sandbox_stripe_objects", "sandbox_stripe_answers"),
    *("sandbox_printify_orders", "sandbox_mails", "sandbox_deliveries", "django_cache"),
)


@pytest.fixture(scope="session")
def _sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def sandbox(_sandbox: Sandbox) -> Iterator[Sandbox]:
    """A sandbox in which nothing has happened yet."""
    yield _sandbox
    _sandbox.opened.close()
    with psycopg.connect(_sandbox.database_url, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {', '.join(TABLES)}")
        connection.execute("UPDATE sandbox_printify_webhooks SET blocked_until = NULL")
    _sandbox.listener.forget()


@pytest.fixture
def visitor(sandbox: Sandbox) -> Visitor:
    return Visitor(sandbox)
