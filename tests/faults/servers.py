"""Servers of a test's own, which it may kill: a broker that forgets all, and a database that keeps what it promised."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.conninfo import make_conninfo
from redis import Redis

from activity_project import embedded, environment
from activity_project.embedded import installation
from activity_project.embedded.postgresql import PostgreSQL
from activity_project.embedded.server import Server
from activity_project.embedded.valkey import Valkey
from tests.faults.patience import eventually


class Killable:
    """A server that can be killed outright and started again."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self._server.prepare()
        eventually(self._is_up)

    def kill(self) -> None:
        """With no time to say or write anything."""
        assert self._process
        self._process.kill()
        self._process.wait()

    def _is_up(self) -> bool:
        """What a killed PostgreSQL leaves behind can keep the next one from starting for a moment."""
        if self._process is None or self._process.poll() is not None:
            self._process = self._server.program.start()
        return self._server.is_ready(self._process.pid)


class Broker(Killable):
    """A Valkey that keeps everything in memory, so that killed it has forgotten all."""

    def __init__(self, folder: Path) -> None:
        self.url = embedded.broker_url(folder)
        super().__init__(Valkey(folder, persistent=False))

    def empty(self) -> None:
        with Redis.from_url(self.url) as client:
            client.flushall()

    def is_idle(self) -> bool:
        """Nothing waits and nothing is being worked on."""
        with Redis.from_url(self.url) as client:
            return not client.llen("celery") and not client.hlen("unacked")

    def waiting(self) -> int:
        """How many tasks lie here for any worker to take."""
        with Redis.from_url(self.url) as client:
            return int(client.llen("celery"))

    def held(self) -> int:
        """How many tasks workers have taken and not yet confirmed."""
        with Redis.from_url(self.url) as client:
            return int(client.hlen("unacked"))

    def hand_out_again(self) -> None:
        """What a worker took and never confirmed is overdue now; the next worker to start is given it."""
        with Redis.from_url(self.url) as client:
            overdue = client.zrange("unacked_index", 0, -1)
            assert overdue, "No delivery is open."
            client.zadd("unacked_index", dict.fromkeys(overdue, 0))


def copy_tables(source: BaseDatabaseWrapper, target_url: str) -> None:
    """Copies a database with all that is in it: its tables as they are, which takes less than migrating anew."""
    programs, settings = installation.find().programs, source.settings_dict
    named = {"dbname": settings["NAME"], "user": settings["USER"], "host": settings["HOST"], "port": settings["PORT"]}
    address = make_conninfo(**{name: value for name, value in named.items() if value})
    environment = os.environ | {"PGPASSWORD": settings["PASSWORD"]}
    dumping = [str(programs / "pg_dump"), "-Fc", address]
    dump = subprocess.run(dumping, env=environment, check=True, stdout=subprocess.PIPE)
    restore = [str(programs / "pg_restore"), "--exit-on-error", "--no-owner", f"--dbname={target_url}"]
    subprocess.run(restore, input=dump.stdout, check=True)


class Database(Killable):
    """A PostgreSQL that has committed what it said it has, also when it is killed: the kernel writes the rest."""

    def __init__(self, folder: Path) -> None:
        self.url = embedded.database_url(folder)
        super().__init__(PostgreSQL(folder, ("fsync=off", "max_connections=60")))


@contextmanager
def working_on(url: str) -> Iterator[None]:
    """This process's connections go to that database."""
    settings, before = connection.settings_dict, dict(connection.settings_dict)
    connection.close()
    there = environment.postgres("NO_VARIABLE", url)
    settings |= {name: there[name] for name in ("HOST", "NAME", "USER", "PASSWORD", "PORT")}
    try:
        yield
    finally:
        connection.close()
        settings |= before
