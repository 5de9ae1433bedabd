"""`manage.py dev` itself: the product up, its processes killed one by one, itself killed, and refused."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from activity_project.dev import empty
from activity_project.embedded import PROJECT, sockets_folder
from tests.project.machine import (
    Script,
    children,
    command_line,
    descendants,
    environment,
    eventually,
    free_port,
    is_gone,
    kill,
    script,
)

# Words in the command line of each program that `dev` starts.
PROGRAMS = {
    "postgresql": "/postgres ",
    "valkey": "valkey-server",
    "web": "runserver",
    "worker": "worker --concurrency",
    "beat": "beat --loglevel",
    "sandbox": "run_sandbox",
}
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for the whole module: setting up takes longer than all that is tested here."""
    return tmp_path_factory.mktemp("dev") / "a path with spaces" / ".data"


@contextlib.contextmanager
def dev(data_dir: Path, log: Path, **given: str) -> Iterator[tuple[Script, int]]:
    """`dev` without demo data, when it says that it is running, and its port."""
    port = free_port()
    command = ["manage.py", "dev", "--no-demo", "--port", str(port)]
    with script(*command, log=log, given={"ACTIVITY_DATA_DIR": str(data_dir), **given}) as running:
        eventually(running.says(f"Activity is running at http://127.0.0.1:{port}/"))
        yield running, port


def manage(*arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=environment(**given), capture_output=True, text=True)


def status(port: int, path: str) -> int:
    """The status that the web server answers with; 0 where it doesn't."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", path)
        return connection.getresponse().status
    return 0


def programs(supervisor: Script) -> dict[str, int]:
    """Those that run at the moment, by name."""
    running = {child: command_line(child) for child in children(supervisor.id) if not is_gone(child)}
    return {name: child for name, word in PROGRAMS.items() for child, words in running.items() if word in words}


def test_whatever_is_killed_comes_back_and_killed_itself_it_leaves_nothing(data_dir: Path, tmp_path: Path) -> None:
    with dev(data_dir, tmp_path / "log") as (running, port):
        eventually(running.says("celery@"))
        first = programs(running)
        assert first.keys() == PROGRAMS.keys()
        for process in first.values():
            kill(process)
        eventually(lambda: all(running.says(f"{name:<10} ended by signal 9; starting it again")() for name in PROGRAMS))
        eventually(lambda: programs(running).keys() == PROGRAMS.keys() and status(port, "/readyz") == 200)
        assert not set(programs(running).values()) & set(first.values())

        everything = descendants(running.id)
        kill(running.id)
        eventually(lambda: all(map(is_gone, everything)))


def test_the_next_start_recovers_serves_refuses_a_second_and_stops_cleanly(data_dir: Path, tmp_path: Path) -> None:
    with dev(data_dir, tmp_path / "log") as (running, port):
        assert status(port, "/readyz") == status(port, "/sandbox/") == 200
        assert f"go no further than http://127.0.0.1:{port}/sandbox/" in running.output()
        second = manage("dev", "--port", str(port), ACTIVITY_DATA_DIR=str(data_dir))
        assert second.returncode == 1
        assert (
            second.stderr
            == f"`manage.py dev (process {running.id})` is already running in this folder; end it first.\n"
        )
        beside = manage("verify_ledger", ACTIVITY_DATA_DIR=str(data_dir))
        assert (beside.returncode, beside.stderr) == (0, "")

        everything = descendants(running.id)
        assert running.interrupt(signal.SIGINT) == 0
        assert all(map(is_gone, everything))
        assert not sockets_folder(data_dir).exists()


def test_servers_that_are_given_are_used_and_none_started(tmp_path: Path) -> None:
    database = f"dev_{os.getpid()}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database}")
    given = {
        "DATABASE_URL": os.environ["DATABASE_URL"].replace("/activity?", f"/{database}?"),
        "REDIS_URL": os.environ["REDIS_URL"],
    }
    with dev(tmp_path / ".data", tmp_path / "log", **given) as (running, port):
        assert status(port, "/readyz") == 200
        assert programs(running).keys() == {"web", "worker", "beat", "sandbox"}
        assert running.interrupt() == 0
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {database} WITH (FORCE)")


def test_a_taken_port_is_named_before_anything_is_started(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        refused = manage("dev", "--port", str(port), ACTIVITY_DATA_DIR=str(tmp_path))
    assert refused.returncode == 1
    reason = f"Port {port} can't be used (Address already in use); choose another with --port.\n"
    assert (refused.stdout, refused.stderr) == ("", reason)


def test_half_a_set_of_providers_keys_is_named_before_anything_is_started(tmp_path: Path) -> None:
    given = {"ACTIVITY_DATA_DIR": str(tmp_path), "STRIPE_SECRET_KEY": "sk_test_mine"}
    refused = manage("dev", "--port", str(free_port()), **given)
    assert refused.returncode == 1
    assert refused.stderr.startswith("STRIPE_SECRET_KEY is set and STRIPE_WEBHOOK_SECRET isn't: give ")
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize("port", ["0", "65536", "eighty"])
def test_what_is_no_port_is_refused(port: str) -> None:
    refused = manage("dev", "--port", port)
    assert refused.returncode == 2
    assert f"{port} is no port; give a number from 1 to 65535" in refused.stderr


def test_a_database_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "REDIS_URL": os.environ["REDIS_URL"]}
    refused = manage("dev", "--port", str(free_port()), ACTIVITY_DATA_DIR=str(tmp_path), **given)
    assert refused.returncode == 1
    assert refused.stderr.startswith("DATABASE_URL is set, and its PostgreSQL can't be used: ")
    assert len(refused.stderr.splitlines()) == 1


def test_a_reset_never_empties_a_database_that_is_given(tmp_path: Path) -> None:
    (tmp_path / "kept").touch()
    refused = manage("dev", "--reset", ACTIVITY_DATA_DIR=str(tmp_path), DATABASE_URL="postgresql://somebody@else/s")
    assert refused.returncode == 1
    assert (
        refused.stderr == "--reset deletes only what is in .data/, and DATABASE_URL names another database: unset it.\n"
    )
    assert (tmp_path / "kept").exists()


def test_a_reset_deletes_all_but_the_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    (tmp_path / "postgresql" / "base").mkdir(parents=True)
    for name in ("postgresql/base/1", "valkey.log", "owner.lock"):
        (tmp_path / name).touch()
    empty(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["owner.lock"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_elses_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    for command in ("dev", "verify_ledger"):
        refused = manage(command, ACTIVITY_DATA_DIR=str(tmp_path / ".data"))
        assert refused.returncode == 1
        assert f"Permission denied: {tmp_path}/.data" in refused.stderr
        assert len(refused.stderr.splitlines()) == 1
