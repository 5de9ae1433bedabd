"""Programs that run as our children: how each is started and stopped, and that it never outlives us.

Standard library only: `manage.py` imports this before Django.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from signal import Signals
from typing import Any

# Set for everything that `dev` starts: the process id of its supervisor.
SUPERVISOR_VARIABLE = "ACTIVITY_SUPERVISOR"

_PR_SET_PDEATHSIG = 1
_ON_LINUX = sys.platform == "linux"
# Looked up once, here: between fork and exec a child had better not load libraries.
_prctl: Callable[..., int] | None = ctypes.CDLL(None).prctl if _ON_LINUX else None


@dataclass(frozen=True)
class Account:
    """The user and group that a child runs as, when we are root and it mustn't be."""

    user: int
    group: int


@dataclass(frozen=True)
class Program:
    """A program to run: what, where, as whom, and how it is asked to end."""

    name: str
    command: Sequence[str]
    directory: Path
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    account: Account | None = None
    # Where its output is appended; without one it goes to a pipe, for whoever started it.
    log: Path | None = None
    stop_signal: Signals = signal.SIGTERM
    # What the kernel sends it when we die without having stopped it (Linux).
    orphan_signal: Signals = signal.SIGKILL

    def start(self) -> subprocess.Popen[bytes]:
        """Start it in a process group of its own, so that Ctrl-C reaches us alone."""
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(self.log.open("ab")) if self.log else subprocess.PIPE
            return subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                **self._surroundings(),
            )

    def run(self, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run it to its end, `text` as its input; its output, errors included, is in `stdout`."""
        return subprocess.run(
            self.command,
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            **self._surroundings(),
        )

    def _surroundings(self) -> dict[str, Any]:
        surroundings: dict[str, Any] = {
            "cwd": self.directory,
            "env": self.environment,
            "process_group": 0,
            "preexec_fn": partial(_die_with, os.getpid(), self.orphan_signal),
        }
        if self.account:
            surroundings |= {"user": self.account.user, "group": self.account.group, "extra_groups": []}
        return surroundings


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """Kill the child, and whatever it started that stayed in its process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def is_supervised() -> bool:
    """Whether `dev` started this process, or one of its ancestors."""
    return SUPERVISOR_VARIABLE in os.environ


def die_with_parent() -> None:
    """Have this process killed as soon as its parent is gone, however that ends.

    For processes that our children start themselves (the reloader's server, Celery's pool): what
    the supervisor arranges for its children doesn't reach theirs. Call it from the main thread.
    """
    if _ON_LINUX:
        _set_orphan_signal(signal.SIGKILL)
    else:
        threading.Thread(target=watch_parent, args=[os.getppid()], daemon=True).start()
    supervisor = os.environ.get(SUPERVISOR_VARIABLE)
    if supervisor and not is_alive(int(supervisor)):  # gone before we could ask to be told
        os.kill(os.getpid(), signal.SIGKILL)


def watch_parent(parent: int, *, interval_seconds: float = 0.5) -> None:
    """Kill this process soon after its parent is gone: for systems that don't tell orphans."""
    while os.getppid() == parent:
        time.sleep(interval_seconds)
    os.kill(os.getpid(), signal.SIGKILL)


def works_in(process: int, folder: Path) -> bool:
    """Whether a process is alive in `folder`: by its working directory, elsewhere than on Linux by its command."""
    if not _ON_LINUX:
        command = subprocess.run(["/bin/ps", "-o", "command=", "-p", str(process)], stdout=subprocess.PIPE, text=True)
        return str(folder) in command.stdout
    with contextlib.suppress(OSError):
        return folder.samefile(f"/proc/{process}/cwd")
    return False


def is_alive(process: int) -> bool:
    """Whether a process with this id exists, whoever it belongs to."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _die_with(parent: int, orphan_signal: Signals) -> None:
    """Runs in the new child, after it has become another user (which would undo it)."""
    if not _ON_LINUX:
        return
    _set_orphan_signal(orphan_signal)
    if os.getppid() != parent:
        os._exit(1)


def _set_orphan_signal(orphan_signal: Signals) -> None:
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, int(orphan_signal))
