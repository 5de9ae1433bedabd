"""The embedded PostgreSQL: its data folder, its command, and whether it is up."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import signal
import socket
import sys
import time
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from activity_project import embedded
from activity_project.embedded import accounts, installation
from activity_project.embedded.installation import Installation
from activity_project.embedded.server import bare_environment
from activity_project.failures import CannotStart
from activity_project.processes import Account, Program, works_in

# Below these, making the data and working with them fail midway and less clearly.
NEEDED_BYTES = 150_000_000
NEEDED_LATER_BYTES = 20_000_000
# Nothing is lost but what a test run wrote: for databases that are thrown away.
THROW_AWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
_MB = 1_000_000
END_WITHIN_SECONDS = 10.0
# What PostgreSQL leaves to the system; sorting and folding are its own affair, the same everywhere.
SYSTEM_LOCALE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
# A postmaster that was killed leaves its children a moment longer than its own traces.
PASSING = ("pre-existing shared memory block", 'lock file "postmaster.pid" already exists')


def for_work() -> tuple[str, ...]:
    """Settings for a database that is worked with.

    By PostgreSQL's defaults, which suit the smallest machines, a quarter of the time in which a history comes in goes
    into carrying pages out of its memory and back, and into writing them whole after one checkpoint after the other.
    """
    shared_mb = min(max(_memory_bytes() // 8 // _MB, 128), 512)
    return (f"shared_buffers={shared_mb}MB", "wal_buffers=16MB", "max_wal_size=2GB")


def _memory_bytes() -> int:
    """The machine's; 0 where it doesn't tell."""
    names = ("SC_PAGE_SIZE", "SC_PHYS_PAGES")
    return math.prod(map(os.sysconf, names)) if os.sysconf_names.keys() >= set(names) else 0


@dataclass(frozen=True)
class PostgreSQL:
    """The server whose data is in `data_dir/postgresql`, with settings as `name=value`."""

    data_dir: Path
    settings: tuple[str, ...] = ()

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.data_dir / "postgresql"

    @property
    def log(self) -> Path:
        """What it has to say since its last start."""
        return self.data_dir / "postgresql.log"

    @cached_property
    def account(self) -> Account | None:
        """As whom it runs; None for ourselves."""
        return accounts.account_for(self.cluster)

    @cached_property
    def installed(self) -> Installation:
        """Its programs, where its account can read them."""
        copies = embedded.sockets_folder(self.data_dir) / "programs"
        return installation.find().readable_by(self.account, copies)

    @property
    def program(self) -> Program:
        """The server in the foreground, on its socket alone."""
        options = (
            "listen_addresses=",
            f"unix_socket_directories={embedded.sockets_folder(self.data_dir)}",
            f"port={embedded.POSTGRESQL_PORT}",
            "unix_socket_permissions=0700",
            f"cluster_name={embedded.DATABASE}",
            *self.settings,
        )
        command = self._program("postgres", *(word for option in options for word in ("-c", option)))
        return replace(
            command,
            log=self.log,
            stop_signal=signal.SIGINT,  # "fast": don't wait for clients to leave
            orphan_signal=signal.SIGQUIT,  # "immediate": ends its children too, and recovers when started again
        )

    def prepare(self) -> None:
        """Make its folders and, the first time, its data; end a leftover of an earlier run."""
        accounts.make_private(embedded.sockets_folder(self.data_dir), self.account)
        self._check_room()
        self._end_leftover()
        self.log.unlink(missing_ok=True)
        if not self.cluster.exists():
            self._initialise()
        self._check_version()

    def is_ready(self, process: int | None = None) -> bool:
        """Whether it takes connections; with a process id, whether that very process does."""
        running, state = self._running()
        is_meant = running == process if process else running > 0
        return is_meant and state == "ready" and _answers(embedded.postgresql_socket(self.data_dir))

    def will_pass(self, last_words: str) -> bool:
        """Whether the reason it gave for ending at its start goes away by waiting."""
        return any(reason in last_words for reason in PASSING)

    def _program(self, name: str, *arguments: str, directory: Path | None = None) -> Program:
        directory = directory or self.cluster
        command = [str(self.installed.programs / name), "-D", accounts.path_from_inside(directory, self.account)]
        return Program("postgresql", [*command, *arguments], directory, bare_environment(), self.account)

    def _initialise(self) -> None:
        """Make the data folder under another name first: cut short, it is simply made again."""
        unfinished = self.data_dir / "postgresql.unfinished"
        accounts.make_folder(unfinished, self.account)
        builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        locale = [f"--locale={SYSTEM_LOCALE}", *(builtin if self.installed.major >= 17 else [])]
        access = ["--auth-local=trust", "--auth-host=reject", f"--username={embedded.DATABASE}"]
        options = ["--encoding=UTF8", *locale, *access, *(["--no-sync"] if "fsync=off" in self.settings else [])]
        self._run(self._program("initdb", *options, directory=unfinished))
        alone = self._program("postgres", "postgres", directory=unfinished)
        alone = replace(alone, command=[alone.command[0], "--single", *alone.command[1:]])
        self._run(alone, f"CREATE DATABASE {embedded.DATABASE}")
        unfinished.rename(self.cluster)

    def _run(self, program: Program, text: str = "") -> None:
        finished = program.run(text)
        if finished.returncode:
            self._check_room()
            last_line = (finished.stdout.strip().splitlines() or [f"status {finished.returncode}"])[-1]
            raise CannotStart(f"PostgreSQL's data could not be made in {self.data_dir}: {last_line}")

    def _check_room(self) -> None:
        needed = NEEDED_LATER_BYTES if self.cluster.exists() else NEEDED_BYTES
        free = shutil.disk_usage(self.data_dir).free
        if free < needed:
            raise CannotStart(
                f"The disk that holds {self.data_dir} is full: "
                f"{free // 1_000_000} MB are free, PostgreSQL needs {needed // 1_000_000} MB."
            )

    def _check_version(self) -> None:
        found = int((self.cluster / "PG_VERSION").read_text())
        if found != self.installed.major:
            raise CannotStart(
                f"The data in {self.cluster} was made by PostgreSQL {found}, and here is {self.installed.major}: "
                "`manage.py dev --reset` starts afresh."
            )

    def _end_leftover(self) -> None:
        """End the server of a supervisor that was killed; where the kernel does that, wait for it.

        A process id of long ago may be another program's today, and PostgreSQL would take that
        for a running server: then it is the file that must go.
        """
        process, _ = self._running()
        deadline = time.monotonic() + END_WITHIN_SECONDS
        while process and works_in(process, self.cluster):
            if time.monotonic() > deadline:
                raise CannotStart(f"A PostgreSQL of an earlier start (process {process}) doesn't end: end it first.")
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGINT)
            time.sleep(0.05)
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)

    def _running(self) -> tuple[int, str]:
        """The process id and the state that postmaster.pid tells, in its first and eighth line; 0 without one."""
        with contextlib.suppress(OSError):
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
            if lines and lines[0].isdigit():
                return int(lines[0]), "".join(lines[7:8]).strip()
        return 0, ""


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        return connection.connect_ex(os.fsencode(path)) == 0
