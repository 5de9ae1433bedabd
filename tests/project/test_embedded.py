"""The private PostgreSQL and Valkey: up, down, killed, in each other's way, out of room."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from activity_project import embedded
from activity_project.embedded import accounts, installation, postgresql, session
from activity_project.embedded.installation import Installation
from activity_project.embedded.postgresql import PostgreSQL
from activity_project.failures import CannotStart
from activity_project.processes import Account, Program
from activity_project.supervision.children import Child
from activity_project.supervision.supervisor import Supervisor
from tests.project.machine import (
    Script,
    command_line,
    descendants,
    eventually,
    is_gone,
    kill,
    killed_at_the_end,
    running_as,
    script,
)

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else, or mount a disk")
NOBODY = Account(65534, 65534)

# What any command does: have the servers up until it has done its work, here until a file appears.
COMMAND = """
import sys, time
from pathlib import Path
from activity_project.embedded.session import servers_up
folder, name = sys.argv[1:]
with servers_up(Path(folder), name):
    print(name, "is up", flush=True)
    while not Path(folder, name).exists():
        time.sleep(0.01)
"""
# Says why PostgreSQL's data can't be made in a folder, with files limited to 1 MB.
CRAMPED = """
import resource, sys
from pathlib import Path
from activity_project.embedded.postgresql import PostgreSQL
from activity_project.failures import CannotStart
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
try:
    PostgreSQL(Path(sys.argv[1])).prepare()
except CannotStart as reason:
    print(reason)
"""
# Looks for PostgreSQL where there is no wheel: without site-packages.
WITHOUT_WHEEL = """
from activity_project.embedded.installation import find
from activity_project.failures import CannotStart
try:
    print(find(system_folders=()))
except CannotStart as reason:
    print(reason)
"""


@pytest.fixture(autouse=True)
def no_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of this run's own servers would make any others needless."""
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an empty database, to be copied: making it takes most of a second."""
    folder = tmp_path_factory.mktemp("made-once")
    PostgreSQL(folder, postgresql.THROW_AWAY).prepare()
    shutil.rmtree(embedded.sockets_folder(folder))
    return folder


@pytest.fixture
def data_dir(tmp_path: Path, made_once: Path) -> Iterator[Path]:
    """A data folder of one's own, in a path with spaces that only its owner can enter."""
    folder = tmp_path / "a path with spaces" / ".data"
    folder.mkdir(parents=True)
    subprocess.run(["/bin/cp", "-a", made_once / "postgresql", folder], check=True)
    yield folder
    shutil.rmtree(embedded.sockets_folder(folder), ignore_errors=True)


@contextlib.contextmanager
def supervised(data_dir: Path) -> Iterator[tuple[Supervisor, Child]]:
    """A PostgreSQL that is up, and who keeps it so."""
    with Supervisor() as supervisor:
        started = supervisor.start(session.service(PostgreSQL(data_dir)))
        supervisor.wait_until_ready(started)
        yield supervisor, started[0]


def run(data_dir: Path, sql: str) -> list[tuple[object, ...]]:
    with psycopg.connect(embedded.database_url(data_dir)) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def command(data_dir: Path, name: str) -> contextlib.AbstractContextManager[Script]:
    return script("-c", COMMAND, str(data_dir), name, log=data_dir / f"{name}.output")


def test_what_was_written_is_there_at_the_next_start(data_dir: Path) -> None:
    with session.servers_up(data_dir, "first"):
        run(data_dir, "CREATE TABLE kept AS SELECT 42 AS answer")
        with redis.from_url(embedded.broker_url(data_dir)) as broker:
            broker.set("kept", "too")
    assert not embedded.sockets_folder(data_dir).exists()
    with session.servers_up(data_dir, "second"):
        assert run(data_dir, "SELECT answer FROM kept") == [(42,)]
        with redis.from_url(embedded.broker_url(data_dir)) as broker:
            assert broker.get("kept") == b"too"


def test_the_database_sorts_and_folds_unicode_the_same_everywhere(data_dir: Path) -> None:
    with supervised(data_dir):
        made = run(
            data_dir, "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = 'activity'"
        )
        assert made == [("UTF8", "C.UTF-8")]
        assert run(data_dir, "SELECT lower('ÅNGSTRÖM')") == [("ångström",)]


def test_no_port_is_open_and_nobody_else_can_enter(data_dir: Path) -> None:
    with supervised(data_dir):
        assert run(data_dir, "SHOW listen_addresses") == [("",)]
        assert embedded.sockets_folder(data_dir).stat().st_mode & 0o077 == 0


def test_a_killed_command_leaves_no_servers_and_the_next_one_recovers(data_dir: Path) -> None:
    with command(data_dir, "first") as first:
        eventually(first.says("is up"))
        run(data_dir, "CREATE TABLE kept AS SELECT 42 AS answer")
        servers = descendants(first.id)
        assert {"postgres", "valkey"} <= {
            word for pid in servers for word in ("postgres", "valkey") if word in command_line(pid)
        }
        kill(first.id)
        first.process.wait()
        with session.servers_up(data_dir, "second"):
            assert run(data_dir, "SELECT answer FROM kept") == [(42,)]
        assert all(map(is_gone, servers))


def test_a_killed_postgresql_is_started_again_and_recovers(data_dir: Path) -> None:
    with supervised(data_dir) as (supervisor, child):
        run(data_dir, "CREATE TABLE kept AS SELECT 42 AS answer")
        killed = child.process.pid
        kill(killed)
        while child.process.pid == killed:
            supervisor.run(Program("meanwhile", ["true"], data_dir))
        supervisor.wait_until_ready([child])
        assert run(data_dir, "SELECT answer FROM kept") == [(42,)]


def test_a_process_id_that_is_another_programs_by_now_is_no_obstacle(data_dir: Path) -> None:
    with subprocess.Popen(["/bin/sleep", "60"]) as other, killed_at_the_end(other):
        (data_dir / "postgresql" / "postmaster.pid").write_text(
            f"{other.pid}\n{data_dir}/postgresql\n1\n5432\n/tmp\n\n"
        )
        with supervised(data_dir):
            assert run(data_dir, "SELECT 1") == [(1,)]
        assert other.poll() is None


def test_a_process_id_that_was_cut_short_is_no_obstacle(data_dir: Path) -> None:
    (data_dir / "postgresql" / "postmaster.pid").touch()
    with supervised(data_dir):
        assert run(data_dir, "SELECT 1") == [(1,)]


def test_a_server_that_outlived_its_supervisor_is_ended_first(data_dir: Path) -> None:
    accounts.make_private(embedded.sockets_folder(data_dir), PostgreSQL(data_dir).account)
    server = PostgreSQL(data_dir, postgresql.THROW_AWAY)
    left = server.program.start()
    eventually(server.is_ready)
    with supervised(data_dir) as (_, child):
        assert left.wait() == 0
        assert server.is_ready(child.process.pid)


def test_a_second_command_uses_the_servers_of_the_first_which_waits_for_it(data_dir: Path) -> None:
    with command(data_dir, "first") as first, command(data_dir, "second") as second:
        eventually(lambda: "is up" in first.output() and "is up" in second.output())
        owner, guest = sorted([first, second], key=lambda one: not descendants(one.id))
        assert not descendants(guest.id)
        for one in (owner, guest):
            (data_dir / one.output().split()[0]).touch()
            eventually(lambda: guest.process.poll() == 0 or "Waiting for another command" in owner.output())
        assert owner.process.wait() == guest.process.wait() == 0


def test_the_broker_is_up_also_where_the_database_is_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@elsewhere.example/activity")
    with session.servers_up(tmp_path, "dev"), redis.from_url(embedded.broker_url(tmp_path)) as broker:
        assert broker.ping()
    assert not embedded.sockets_folder(tmp_path).exists()


def test_a_second_owner_is_told_who_is_the_first(data_dir: Path) -> None:
    first = rf"^`manage.py dev \(process {os.getpid()}\)` is already running"
    with session.ownership(data_dir, "dev"), pytest.raises(CannotStart, match=first):
        session.ownership(data_dir, "dev").__enter__()


def test_a_folder_for_sockets_that_others_can_enter_is_refused(data_dir: Path) -> None:
    embedded.sockets_folder(data_dir).mkdir()
    with pytest.raises(CannotStart, match="belongs to somebody else, or is open to others"):
        PostgreSQL(data_dir).prepare()


def test_data_of_another_version_are_left_alone(data_dir: Path) -> None:
    (data_dir / "postgresql" / "PG_VERSION").write_text("9\n")
    with pytest.raises(CannotStart, match="was made by PostgreSQL 9, and here is"):
        PostgreSQL(data_dir).prepare()


def test_data_that_cannot_be_made_are_no_traceback_and_are_made_next_time(tmp_path: Path) -> None:
    with script("-c", CRAMPED, str(tmp_path), log=tmp_path / "log") as cramped:
        assert cramped.process.wait() == 0
    (sentence,) = cramped.output().splitlines()
    assert sentence.startswith(f"PostgreSQL's data could not be made in {tmp_path}: ")
    PostgreSQL(tmp_path, postgresql.THROW_AWAY).prepare()
    assert (tmp_path / "postgresql" / "PG_VERSION").exists()
    shutil.rmtree(embedded.sockets_folder(tmp_path))


@as_root
def test_a_full_disk_is_called_that(tmp_path: Path) -> None:
    mounted = subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", "size=20m", "none", tmp_path], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.decode()}")
    try:
        with pytest.raises(CannotStart, match=r"The disk that holds .* is full: 20 MB are free, PostgreSQL needs"):
            PostgreSQL(tmp_path).prepare()
    finally:
        subprocess.run(["/bin/umount", tmp_path], check=True)
        shutil.rmtree(embedded.sockets_folder(tmp_path))


def test_without_a_wheel_an_installed_postgresql_is_used_if_it_is_new_enough(tmp_path: Path) -> None:
    program = tmp_path / "postgres"
    usable = f"programs=PosixPath('{tmp_path}'), major=17"
    for version, expected in [("15.7", "There is no PostgreSQL 16"), ("17.2", usable)]:
        program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        program.chmod(0o755)
        with script("-S", "-c", WITHOUT_WHEEL, log=tmp_path / "log", given={"PATH": f"{tmp_path}:/bin"}) as looking:
            assert looking.process.wait() == 0
        assert expected in looking.output()


@as_root
def test_programs_in_a_closed_folder_are_copied_to_where_they_can_be_run(tmp_path: Path) -> None:
    found = installation.find()
    with tempfile.TemporaryDirectory() as open_folder:
        Path(open_folder).chmod(0o755)
        closed = Installation(
            installation.copy_of_wheel(found.programs.parent, tmp_path / "closed") / "bin", found.major
        )
        copied = closed.readable_by(NOBODY, Path(open_folder) / "copies")
        asked = subprocess.run(
            [copied.programs / "initdb", "--version"], user=NOBODY.user, capture_output=True, text=True
        )
    assert f"(PostgreSQL) {found.major}" in asked.stdout


@as_root
def test_an_ordinary_user_has_servers_of_their_own() -> None:
    site_packages = Path(psycopg.__file__).parent.parent
    surroundings = {
        "PATH": os.defpath,
        "PYTHONPATH": f"{embedded.PROJECT}:{site_packages}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    interpreter = _interpreter_for(NOBODY, surroundings)
    with tempfile.TemporaryDirectory() as home:
        os.chown(home, NOBODY.user, NOBODY.group)
        data_dir = Path(home, "a b", ".data")
        started = subprocess.Popen(
            [interpreter, "-c", COMMAND, str(data_dir), "command"],
            user=NOBODY.user, group=NOBODY.group, extra_groups=[], env=surroundings, cwd=home, stdout=subprocess.PIPE,
        )  # fmt: skip
        with started, killed_at_the_end(started):
            assert started.stdout
            assert started.stdout.readline() == b"command is up\n"
            assert running_as(descendants(started.pid)) == {NOBODY.user}
            (data_dir / "command").touch()
            assert started.wait() == 0


def _interpreter_for(account: Account, surroundings: dict[str, str]) -> str:
    """A Python that the account can run and that finds this project."""
    for candidate in (sys.executable, shutil.which("python3", path="/usr/bin:/usr/local/bin")):
        with contextlib.suppress(OSError):
            words = [
                str(candidate),
                "-c",
                "import sys, activity_project.embedded as e; sys.exit(sys.version_info < (3, 11))",
            ]
            if subprocess.run(words, user=account.user, env=surroundings, capture_output=True).returncode == 0:
                return str(candidate)
    pytest.skip("an ordinary user can't run any Python with this project here")
