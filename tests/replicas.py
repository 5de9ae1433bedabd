"""A primary of the tests' own and a real streaming replica of it, made from the embedded PostgreSQL's programs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import psycopg
from django.db import connection

from activity_project import databases, embedded
from activity_project.embedded import accounts
from activity_project.embedded.postgresql import PostgreSQL
from activity_project.embedded.server import bare_environment
from activity_project.processes import Program
from apps.common.replica import look
from apps.common.replica.view import position
from tests.faults.patience import eventually
from tests.faults.servers import Database, Killable, copy_tables
from tests.other_ways import address, by_way_of
from tests.services import throw_away_folder

_SETTINGS = ("fsync=off", "max_connections=60", "hot_standby_feedback=on")


class Replica(Killable):
    """Replays what the primary writes, as it comes."""

    def __init__(self, folder: Path, primary: Path) -> None:
        self.url = embedded.database_url(folder)
        server = PostgreSQL(folder, _SETTINGS)
        accounts.make_private(embedded.sockets_folder(folder), server.account)
        accounts.make_folder(server.cluster, server.account)
        copying = Program("pg_basebackup", _copy(server, primary), server.cluster, bare_environment(), server.account)
        finished = replace(copying).run()
        assert finished.returncode == 0, finished.stdout
        server.cluster.chmod(0o700)
        super().__init__(server)

    def stand_still(self) -> None:
        """It goes on receiving, and replays nothing any more."""
        self._say("SELECT pg_wal_replay_pause()")
        eventually(lambda: self._say("SELECT pg_get_wal_replay_pause_state() = 'paused'"))

    def go_on(self) -> None:
        self._say("SELECT pg_wal_replay_resume()")

    def _say(self, statement: str) -> object:
        with psycopg.connect(self.url, autocommit=True) as told:
            row = told.execute(statement).fetchone()
        return row and row[0]


def _copy(server: PostgreSQL, primary: Path) -> list[str]:
    target = accounts.path_from_inside(server.cluster, server.account)
    source = [f"--host={embedded.sockets_folder(primary)}", f"--username={embedded.DATABASE}"]
    program = str(server.installed.programs / "pg_basebackup")
    return [program, *source, f"--pgdata={target}", "--write-recovery-conf", "--checkpoint=fast", "--no-sync"]


class Pair(NamedTuple):
    """Both, and what is said of them by environment variables."""

    primary: Database
    replica: Replica


@contextmanager
def primary_and_replica() -> Iterator[Pair]:
    """Runs both within the block, with the product's tables; this process's connections go to them."""
    with throw_away_folder() as first, throw_away_folder() as second:
        primary = Database(first)
        try:
            copy_tables(connection, primary.url)
            replica = Replica(second, first)
            try:
                with by_way_of(ways(primary, replica)):
                    yield Pair(primary, replica)
            finally:
                replica.kill()
        finally:
            primary.kill()


def ways(primary: Database, replica: Replica) -> dict[str, dict[str, object]]:
    """``DATABASES`` as the settings make it of both addresses."""
    to_primary = address(primary.url)
    return {
        "default": databases.itself(to_primary),
        "replica": databases.replica(address(replica.url), to_primary),
    }


def catch_up() -> None:
    """Returns when the replica has all that is committed."""
    eventually(lambda: look().replayed >= position(connection))
