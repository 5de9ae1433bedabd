"""Real processes that tests may kill: a broker, and workers that share the test's database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.db import connection
from redis import Redis

from activity_project import embedded
from activity_project.embedded.valkey import Valkey
from tests.brokers import sending_to
from tests.services import throw_away_folder

PATIENCE_SECONDS = 40.0  # only a broken test, never a busy machine, waits this long


class StartWorker(Protocol):
    """Starts a worker, whose pictures take so long to draw."""

    def __call__(self, *, drawing_s: int = 0) -> "Worker": ...


def eventually(condition: Callable[[], object]) -> None:
    """Returns as soon as the condition holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "It never came true."
        time.sleep(0.02)


class Broker:
    """A Valkey that keeps everything in memory, so that killed it has forgotten all."""

    def __init__(self, folder: Path) -> None:
        self._server = Valkey(folder, persistent=False)
        self.url = embedded.broker_url(folder)
        self.start()

    def start(self) -> None:
        self._server.prepare()
        self._process = self._server.program.start()
        eventually(lambda: self._server.is_ready(self._process.pid))

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def empty(self) -> None:
        with Redis.from_url(self.url) as client:
            client.flushall()

    def is_idle(self) -> bool:
        """Nothing waits and nothing is being worked on."""
        with Redis.from_url(self.url) as client:
            return not client.llen("celery") and not client.hlen("unacked")

    def hand_out_again(self) -> None:
        """What a worker took and never confirmed is overdue now; the next worker to start is given it."""
        with Redis.from_url(self.url) as client:
            overdue = client.zrange("unacked_index", 0, -1)
            assert overdue, "No delivery is open."
            client.zadd("unacked_index", dict.fromkeys(overdue, 0))


class Worker:
    """A Celery worker with one pool process, in a process group of its own."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        command = "-m celery -A activity_project worker --pool=prefork --concurrency=1 --without-mingle"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, *command.split(), "--without-gossip"],
                cwd=embedded.PROJECT,
                env=environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill(self) -> None:
        """All its processes at once, with no time to say anything."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


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
def start_worker(committed: None, broker: Broker, settings: LazySettings, tmp_path: Path) -> Iterator[StartWorker]:
    """Workers on the test's database, storage and broker."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = os.environ | {
        "DATABASE_URL": database.geturl(),
        "REDIS_URL": broker.url,
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
    }
    workers: list[Worker] = []

    def start(*, drawing_s: int = 0) -> Worker:
        workers.append(Worker(environment | {"SKETCH_DELAY_MS": f"{drawing_s}000"}, tmp_path / "worker.log"))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
