"""A web server that writes through a pooler in transaction mode and reads from a streaming replica, both real."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from apps.accounts.models import User
from apps.accounts.scopes import Scope
from apps.credits import ledger
from tests import running
from tests.factories import UserFactory, issued, on_plan
from tests.faults.patience import eventually
from tests.poolers import Pooler, needs_pgbouncer, pgbouncer
from tests.replicas import Pair, catch_up, primary_and_replica

pytestmark = [pytest.mark.faults, needs_pgbouncer]

SESSIONS = 3


@pytest.fixture
def pair(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Pair]:
    with django_db_blocker.unblock(), primary_and_replica() as started:
        yield started


@contextmanager
def served(pair: Pair, pooler: Pooler, log: Path) -> Iterator[str]:
    """A web server that was told of both; gives its address."""
    told = {
        "DATABASE_URL": pooler.url(connection.settings_dict["NAME"]),
        "DATABASE_DIRECT_URL": pair.primary.url,
        "DATABASE_REPLICA_URL": pair.replica.url,
        "DATABASE_POOL_SIZE": "4",
    }
    with running.web(log, os.environ | running.environment() | told) as address:
        yield address


class Reader:
    """A person's program."""

    def __init__(self, person: User, address: str) -> None:
        self._address = address
        self._token = {"Authorization": f"Bearer {issued(person, *Scope).secret}"}

    def generate(self) -> None:
        asked = httpx.post(
            f"{self._address}/api/v1/generations", json={"prompt": "a quiet beach"}, headers=self._token, timeout=30
        )
        assert asked.status_code == 201

    def count(self) -> int:
        """How many items the timeline has."""
        return len(self._get("/api/v1/activity?limit=100")["items"])

    def replica_is_well(self) -> bool:
        """What /readyz says of it, which is ready for requests either way."""
        return bool(self._get("/readyz")["checks"]["replica"]["ok"])

    def _get(self, path: str) -> dict[str, Any]:
        answer = httpx.get(f"{self._address}{path}", headers=self._token, timeout=30)
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found


def test_one_writes_through_the_pooler_and_reads_from_the_replica_as_long_as_it_lives(
    pair: Pair, tmp_path: Path
) -> None:
    writer, other = (on_plan(UserFactory.create()) for _ in range(2))
    with pgbouncer(sessions=SESSIONS) as pooler, served(pair, pooler, tmp_path / "web.log") as address:
        of_writer, of_other = Reader(writer, address), Reader(other, address)
        catch_up()
        assert (of_writer.count(), of_other.count()) == (1, 1)

        pair.replica.stand_still()
        of_writer.generate()
        ledger.award_bonus(user=other, credits=1, key="told by nobody", by=None)
        # One's own writes are seen at once; what others wrote comes when the replica has it: there it is read.
        assert (of_writer.count(), of_other.count()) == (3, 1)

        pair.replica.go_on()
        catch_up()
        assert (of_writer.count(), of_other.count()) == (3, 2)
        assert of_other.replica_is_well()

        pair.replica.kill()
        ledger.award_bonus(user=other, credits=1, key="while it is away", by=None)
        assert (of_writer.count(), of_other.count()) == (3, 3)
        assert not of_other.replica_is_well()

        pair.replica.start()
        eventually(of_other.replica_is_well)
        assert 0 < pooler.figures()["used_servers"] <= SESSIONS
