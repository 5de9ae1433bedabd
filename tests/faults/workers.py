"""Workers and the schedule as processes of their own, in a group of their own, to be ended or killed."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from activity_project import embedded
from tests.faults.clocks import Clock
from tests.faults.patience import eventually

ALONE = ("--without-mingle", "--without-gossip")


class Program:
    """A Celery program, and what it says; under a clock of its own where one is given."""

    def __init__(self, *arguments: str, environment: Mapping[str, str], log: Path, clock: Clock | None = None) -> None:
        self._log = log
        celery = [*clock.command, "celery"] if clock else ["-m", "celery"]
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, *celery, "-A", "activity_project", *arguments],
                cwd=embedded.PROJECT,
                # The tests' own process has run Django's checks: they take a third of a worker's start.
                env={**environment, "CELERY_SKIP_CHECKS": "1"},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill(self) -> None:
        """All its processes at once, with no time to say anything."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def freeze(self) -> None:
        """Its first process stands still and confirms nothing; those of its pool go on."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def ask_to_end(self) -> None:
        """As a deployment does."""
        self._process.terminate()

    def says(self, words: str) -> bool:
        """Whether its log, or that of one before it, has these words."""
        return words in self._log.read_text()

    def end_status(self) -> int:
        """Its exit status, once it has ended."""
        eventually(lambda: self._process.poll() is not None)
        return self._process.returncode


class Worker(Program):
    """A worker with so many processes in its pool."""

    def __init__(
        self, environment: Mapping[str, str], log: Path, *, processes: int = 1, clock: Clock | None = None
    ) -> None:
        pool = ("--pool=prefork", f"--concurrency={processes}", "--loglevel=INFO")
        super().__init__("worker", *pool, *ALONE, environment=environment, log=log, clock=clock)


class Beat(Program):
    """Whatever says when something runs; it looks at its clock at least each so many seconds."""

    def __init__(
        self, environment: Mapping[str, str], folder: Path, *, clock: Clock | None = None, looks_every_s: int = 300
    ) -> None:
        folder.mkdir(exist_ok=True)
        notes = (f"--schedule={folder}/beat", "--pidfile=", "--loglevel=INFO", f"--max-interval={looks_every_s}")
        telling = {**environment, "LOG_LEVEL": "DEBUG"}
        super().__init__("beat", *notes, environment=telling, log=folder / "beat.log", clock=clock)

    def is_ticking(self) -> bool:
        """It has made its schedule and goes by it."""
        return self.says("Ticking with max interval")

    def sent(self) -> Counter[str]:
        """How often it has sent each of its entries, by their names."""
        return Counter(re.findall(r"Sending due task ([\w-]+)", self._log.read_text()))
