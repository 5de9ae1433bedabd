"""Pytest's first plugin (`-p tests.services`): a PostgreSQL and a Valkey for this run alone.

They are up, and their addresses in the environment, before Django's settings load. Where
TEST_DATABASE_URL or TEST_REDIS_URL is given, that server is used instead. With pytest-xdist the
controlling process starts them; its workers share the PostgreSQL, in which each has a database of
its own, and start a Valkey each, whose queues nobody else works off. They end with the run, also
where that is killed; what a killed run left in the temporary folder goes with the next.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from activity_project import embedded
from activity_project.embedded import postgresql
from activity_project.embedded.postgresql import PostgreSQL
from activity_project.embedded.server import Server
from activity_project.embedded.session import service
from activity_project.embedded.valkey import Valkey
from activity_project.failures import CannotStart
from activity_project.supervision.supervisor import Supervisor

PREFIX = "activity-tests-"
# A folder this young may belong to a run that is about to take hold of it.
JUST_MADE_SECONDS = 60
# Says to the workers, and to a pytest within a test, that all is up.
VARIABLE = "ACTIVITY_TEST_SERVICES"
# By which pytest-xdist tells a worker that it is one.
WORKER = "PYTEST_XDIST_WORKER"

_running = contextlib.ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Start the servers ahead of pytest-django, which loads the settings in this hook."""
    asked = early_config.known_args_namespace
    if (VARIABLE not in os.environ or WORKER in os.environ) and not asked.help and not asked.version:
        atexit.register(_running.close)
        try:
            _running.enter_context(services())
        except CannotStart as reason:
            raise pytest.UsageError(str(reason)) from None
    return (yield)


def pytest_unconfigure() -> None:
    """Stop what this process started."""
    _running.close()


@contextlib.contextmanager
def services() -> Iterator[None]:
    """Have servers for a test run up, and the environment say so."""
    with throw_away_folder() as data_dir, Supervisor() as supervisor:
        servers: list[Server] = []
        if not _database_that_runs():
            servers.append(PostgreSQL(data_dir, postgresql.THROW_AWAY))
        if not os.environ.get("TEST_REDIS_URL"):
            servers.append(Valkey(data_dir, persistent=False))
        supervisor.wait_until_ready(supervisor.start(*map(service, servers)))
        os.environ.update(environment(data_dir))
        yield


def environment(data_dir: Path) -> dict[str, str]:
    """What the settings of a test run are told."""
    return {
        VARIABLE: "1",
        "ACTIVITY_DATA_DIR": str(data_dir),
        "DATABASE_URL": _database_that_runs() or embedded.database_url(data_dir),
        "REDIS_URL": os.environ.get("TEST_REDIS_URL") or embedded.broker_url(data_dir),
        "DATABASE_DIRECT_URL": "",
        "DATABASE_REPLICA_URL": "",
        "SECRET_KEY": "only-for-tests",
        "DEBUG": "",
    }


def _database_that_runs() -> str:
    """The address of a PostgreSQL that needn't be started: the developer's, or the controlling process's."""
    return os.environ.get("TEST_DATABASE_URL") or (os.environ["DATABASE_URL"] if WORKER in os.environ else "")


@contextlib.contextmanager
def throw_away_folder() -> Iterator[Path]:
    """A data folder for this run, removed at the end, as are those of runs that were killed."""
    root = embedded.temporary_root()
    for folder in root.glob(f"{PREFIX}*"):
        if time.time() - folder.lstat().st_mtime > JUST_MADE_SECONDS:
            _remove_unless_used(folder)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
    held = _hold(folder)
    try:
        yield folder
    finally:
        _remove(folder)
        os.close(held)


def _hold(folder: Path) -> int:
    """Lock the folder for as long as this process lives."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def _remove_unless_used(folder: Path) -> None:
    with contextlib.suppress(OSError):  # held by a run that goes on, or another user's
        held = _hold(folder)
        _remove(folder)
        os.close(held)


def _remove(folder: Path) -> None:
    shutil.rmtree(embedded.sockets_folder(folder), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
