"""Real processes that tests may kill: a broker, and workers that share the test's database."""

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import connection

from activity_project import embedded
from apps.accounts.models import User
from apps.credits.models import TransactionType
from tests.activity import histories
from tests.activity.histories import Movement
from tests.brokers import sending_to
from tests.factories import UserFactory
from tests.faults.clocks import Clock
from tests.faults.reporting import Report
from tests.faults.servers import Broker
from tests.faults.workers import Worker
from tests.images_api import ImagesApi
from tests.services import throw_away_folder

MORE_THAN_ANY_SOCKET_HOLDS = 40_000


class StartWorker(Protocol):
    """Starts a worker with so many processes in its pool; told more by environment variables."""

    def __call__(
        self, *, processes: int = 1, told: Mapping[str, str] | None = None, clock: Clock | None = None
    ) -> Worker: ...


@pytest.fixture
def broker() -> Iterator[Broker]:
    """This test's own broker; what the test enqueues goes to it."""
    with throw_away_folder() as folder:
        embedded.sockets_folder(folder).mkdir(mode=0o700)
        running = Broker(folder)
        with sending_to(running.url):
            yield running
        running.kill()


@pytest.fixture
def worker_environment(committed: None, broker: Broker, settings: LazySettings, tmp_path: Path) -> dict[str, str]:
    """What is told to programs that work on the test's database, storage, spool and broker."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return os.environ | {
        "DATABASE_URL": database.geturl(),
        "REDIS_URL": broker.url,
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "ACTIVITY_DATA_DIR": str(tmp_path),  # where the spool is
    }


@pytest.fixture
def start_worker(worker_environment: dict[str, str], tmp_path: Path) -> Iterator[StartWorker]:
    """Workers on the test's database, storage and broker."""
    workers: list[Worker] = []

    def start(*, processes: int = 1, told: Mapping[str, str] | None = None, clock: Clock | None = None) -> Worker:
        environment = worker_environment | dict(told or {})
        workers.append(Worker(environment, tmp_path / "worker.log", processes=processes, clock=clock))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()


@pytest.fixture
def images_api() -> Iterator[ImagesApi]:
    """The provider's API, which answers as the test says."""
    with ImagesApi().running() as running:
        yield running


@pytest.fixture
def history() -> User:
    """Whose export is a large file."""
    user, begin = UserFactory.create(), datetime(2025, 1, 1, tzinfo=UTC)
    times = (begin + timedelta(minutes=number) for number in range(MORE_THAN_ANY_SOCKET_HOLDS))
    histories.write(user.pk, [], [Movement(uuid4(), TransactionType.BONUS, 1, at) for at in times])
    return user


@pytest.fixture
def report(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Report:
    """Says figures to whoever watches the run; among several processes of tests nobody does."""
    terminal = request.config.pluginmanager.getplugin("terminalreporter")

    def say(line: str) -> None:
        if terminal:
            with capsys.disabled():
                terminal.write_line(f"  {line}", flush=True)

    return say
