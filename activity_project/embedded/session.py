"""One owner of the servers in a data folder: `dev`, or whichever command came first.

Two locks in the folder keep order, and go with their holders. `owner.lock`: held alone by the
process whose children the servers are. `guests.lock`: held by each command that uses servers
of another's; a command that owns them waits for its guests before it stops them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from activity_project import embedded
from activity_project.embedded import postgresql
from activity_project.embedded.postgresql import PostgreSQL
from activity_project.embedded.server import Server
from activity_project.embedded.valkey import Valkey
from activity_project.failures import CannotStart, explained
from activity_project.locks import Lock, opened
from activity_project.supervision.children import Service
from activity_project.supervision.supervisor import Supervisor

WAIT_FOR_OWNER_SECONDS = 30.0
# They write what they hold to the disk before they end, and it may be busy. Killed over it, PostgreSQL would leave a
# process that goes on writing, and nothing could start until that is through.
STOP_WITHIN_SECONDS = 60.0


def needed(environment: Mapping[str, str], data_dir: Path) -> list[Server]:
    """The embedded servers that no address in the environment makes needless."""
    servers: list[Server] = []
    if not environment.get("DATABASE_URL"):
        servers.append(PostgreSQL(data_dir, postgresql.for_work()))
    if not environment.get("REDIS_URL"):
        servers.append(Valkey(data_dir))
    return servers


def service(server: Server) -> Service:
    """The server as something to keep running, made ready to start. The caller owns the data folder."""
    server.prepare()
    return Service(server.program, server.is_ready, server.will_pass, stops_within_seconds=STOP_WITHIN_SECONDS)


@contextlib.contextmanager
def ownership(data_dir: Path, command: str) -> Iterator[None]:
    """Be the only owner. Raises CannotStart, naming the present one, when there is one."""
    with _lock(data_dir, "owner") as owner:
        if not owner.take_alone(_signature(command)):
            raise CannotStart(f"`{owner.holder()}` is already running in this folder; end it first.")
        with _tidied(data_dir):
            yield


@contextlib.contextmanager
def servers_up(data_dir: Path, command: str) -> Iterator[None]:
    """Have the servers up within the block: those that run already, else our own for its duration."""
    servers = needed(os.environ, data_dir)
    with contextlib.ExitStack() as stack:
        if servers:
            with explained("Starting the servers"):
                _enter(stack, data_dir, command, servers)
        yield


def _enter(stack: contextlib.ExitStack, data_dir: Path, command: str, servers: Sequence[Server]) -> None:
    owner, guests = (stack.enter_context(_lock(data_dir, name)) for name in ("owner", "guests"))
    if not _own(owner, guests, servers, command):
        return
    stack.enter_context(_tidied(data_dir))
    supervisor = stack.enter_context(Supervisor())
    supervisor.wait_until_ready(supervisor.start(*map(service, servers)))
    stack.callback(_wait_for, guests)


def _own(owner: Lock, guests: Lock, servers: Sequence[Server], command: str) -> bool:
    """True when the servers are ours to start; False when another's are up and we are its guest."""
    deadline = time.monotonic() + WAIT_FOR_OWNER_SECONDS
    while time.monotonic() < deadline:
        if owner.take_alone(_signature(command)):
            return True
        if guests.take_shared():
            if all(server.is_ready() for server in servers):
                return False
            guests.release()
        time.sleep(0.05)
    raise CannotStart(f"`{owner.holder()}` holds this folder's servers, and they don't answer; end it first.")


def _wait_for(guests: Lock) -> None:
    if not guests.take_alone():
        print("Waiting for another command that uses this one's PostgreSQL …", file=sys.stderr, flush=True)
        guests.wait_alone()


@contextlib.contextmanager
def _tidied(data_dir: Path) -> Iterator[None]:
    """Leave nothing of the servers in the temporary folder."""
    try:
        yield
    finally:
        shutil.rmtree(embedded.sockets_folder(data_dir), ignore_errors=True)


def _lock(data_dir: Path, name: str) -> contextlib.AbstractContextManager[Lock]:
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return opened(data_dir / f"{name}.lock")


def _signature(command: str) -> str:
    return f"manage.py {command} (process {os.getpid()})"
