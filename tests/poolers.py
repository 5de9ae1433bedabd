"""A real PgBouncer in transaction mode in front of the tests' PostgreSQL, for a test that asks for one."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection

from activity_project import embedded
from activity_project.embedded import accounts
from activity_project.embedded.server import bare_environment
from activity_project.processes import Program
from tests.faults.patience import eventually
from tests.services import throw_away_folder

# It is looked for where Debian puts it, too; another one can be named to be tried.
PROGRAM: Final = os.environ.get("TEST_PGBOUNCER") or shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
needs_pgbouncer = pytest.mark.skipif(
    PROGRAM is None,
    reason="pgbouncer isn't installed: not shown that the product works behind a pooler in transaction mode",
)
PORT: Final = 6432

_CONFIGURATION: Final = """
[databases]
* = {server}
[pgbouncer]
pool_mode = transaction
default_pool_size = {sessions}
max_client_conn = 200
auth_type = any
listen_addr =
listen_port = {port}
unix_socket_dir = {folder}
logfile = {folder}/pgbouncer.log
{more}
"""


@dataclass(frozen=True)
class Pooler:
    """A running PgBouncer, which has so many sessions of the server for all its clients."""

    folder: Path
    sessions: int

    def url(self, database: str) -> str:
        """What ``DATABASE_URL`` says to go through it."""
        return f"postgresql://activity@/{database}?host={quote(str(self.folder))}&port={PORT}"

    def figures(self) -> dict[str, int]:
        """Its clients and the server's sessions at this moment, summed over all databases."""
        with psycopg.connect(self.url("pgbouncer"), autocommit=True) as asked, psycopg.ClientCursor(asked) as cursor:
            rows = cursor.execute("SHOW LISTS").fetchall()
        return {str(row[0]): int(row[1]) for row in rows}


@contextmanager
def pgbouncer(*, sessions: int, more: str = "") -> Iterator[Pooler]:
    """Runs one within the block; ``more`` are lines for its configuration."""
    assert PROGRAM
    with throw_away_folder() as folder:
        sockets = embedded.sockets_folder(folder)
        account = accounts.account_for(folder / "none")
        accounts.make_private(sockets, account)
        server = connection.settings_dict
        address = f"host={server['HOST']} port={server['PORT'] or embedded.POSTGRESQL_PORT} user={server['USER']}"
        if server["PASSWORD"]:
            address += f" password={server['PASSWORD']}"
        written = _CONFIGURATION.format(server=address, sessions=sessions, folder=sockets, port=PORT, more=more)
        (sockets / "pgbouncer.ini").write_text(written)
        program = Program("pgbouncer", [PROGRAM, str(sockets / "pgbouncer.ini")], sockets, bare_environment(), account)
        process = replace(program, log=folder / "output.log").start()
        try:
            eventually(lambda: process.poll() is None and (sockets / f".s.PGSQL.{PORT}").exists())
            yield Pooler(sockets, sessions)
        finally:
            process.kill()
            process.wait()


def version() -> tuple[int, int]:
    """The installed one's."""
    assert PROGRAM
    said = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout
    major, minor = said.split()[1].split(".")[:2]
    return int(major), int(minor)
