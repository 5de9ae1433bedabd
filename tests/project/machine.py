"""Real processes, as the tests of this folder start, watch and end them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from activity_project.embedded import PROJECT

# What tests/services.py and a developer's shell say about servers is not for these processes.
OURS = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEBUG", "ACTIVITY_DATA_DIR", "ACTIVITY_TEST_SERVICES"}


def environment(**given: str) -> dict[str, str]:
    """That of a fresh terminal, and what is given."""
    return {name: value for name, value in os.environ.items() if name not in OURS} | given


def eventually(condition: Callable[[], object], *, seconds: float = 120) -> None:
    """Return as soon as the condition holds; fail when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def is_gone(process: int) -> bool:
    """Whether no such process runs, be it that its parent hasn't taken note yet."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "ZX"


def children(process: int) -> list[int]:
    """The ids of what a process has started itself."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return []


def running_as(processes: Iterable[int]) -> set[int]:
    """The accounts of those that still run: a process that has ended belongs to root, or to nobody any more."""
    accounts = set()
    for process in processes:
        with contextlib.suppress(FileNotFoundError):
            account = Path(f"/proc/{process}").stat().st_uid
            if not is_gone(process):
                accounts.add(account)
    return accounts


def descendants(process: int) -> list[int]:
    """The ids of a process's children, each followed by its own."""
    return [one for child in children(process) for one in (child, *descendants(child))]


def command_line(process: int) -> str:
    """What a process was started as."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def kill(process: int) -> None:
    """End it like the kernel does when memory runs out."""
    os.kill(process, signal.SIGKILL)


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Script:
    """A Python program in a process of its own; what it says is in `output()`."""

    def __init__(self, *arguments: str, log: Path, given: Mapping[str, str] | None = None) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=PROJECT,
                env=environment(**(given or {})),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def id(self) -> int:
        """Its process id."""
        return self.process.pid

    def output(self) -> str:
        """All that it and its children said so far."""
        return self.log.read_text(errors="replace")

    def says(self, words: str, *, times: int = 1) -> Callable[[], bool]:
        """A condition: that its output holds these words. Fails when it ends without having said so."""

        def said() -> bool:
            ended = self.process.poll() is not None
            found = self.output().count(words) >= times
            assert found or not ended, self.output()
            return found

        return said

    def interrupt(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, wait until it has. Returns its exit status."""
        self.process.send_signal(number)
        return self.process.wait(60)


@contextlib.contextmanager
def script(*arguments: str, log: Path, given: Mapping[str, str] | None = None) -> Iterator[Script]:
    """Run a Python program within the block; killed at its end where it hasn't ended by then."""
    running = Script(*arguments, log=log, given=given)
    with killed_at_the_end(running.process):
        yield running


@contextlib.contextmanager
def killed_at_the_end(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Not waited for, as Popen's own block does, where what the block asserts has failed."""
    try:
        yield
    finally:
        process.kill()
        process.wait()
