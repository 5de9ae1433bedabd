"""A supervised service: its present process, what that last said, and how often it has died."""

from __future__ import annotations

import math
import os
import re
import selectors
import subprocess
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from activity_project.failures import CannotStart, describe
from activity_project.processes import Program, kill_group
from activity_project.supervision.console import Console

MOST_DEATHS = 5
DEATHS_WITHIN_SECONDS = 60.0
# How long to wait before the next start where the reason for the last end goes away by waiting.
PASSING_PAUSE_SECONDS = 1.0
# Servers go on to say that they are shut down, or what might help.
LAST_LINES = 20
GRAVE = re.compile(r"(FATAL|PANIC): .*")
NEW_CODE_FAILS_WITHIN_SECONDS = 15.0


@dataclass(frozen=True)
class Service:
    """A program that is to run all the time."""

    program: Program
    # Whether the process with this id does its work yet; without one, it does as soon as it runs.
    is_ready: Callable[[int], bool] | None = None
    # Whether the reason that it gave for ending at its start goes away by waiting.
    will_pass: Callable[[str], bool] = lambda last_words: False
    # Each restart waits three times as long as the one before: 0.2, 0.6, 1.8, 5.4 seconds.
    first_pause_seconds: float = 0.2
    # How long it may take to end when it is asked to; then it is killed.
    stops_within_seconds: float = 10.0
    # The exit status by which the program asks to be started again, its code having changed.
    restart_status: int | None = None
    # The service that runs the same code, and after whose restart this one is started again too.
    follows: str | None = None


class Output:
    """Passes on what a process says, line by line, and remembers the last."""

    def __init__(
        self, name: str, process: subprocess.Popen[bytes], console: Console, outputs: selectors.BaseSelector
    ) -> None:
        self.last_line = ""
        self._name = name
        self._console = console
        self._outputs = outputs
        self._unfinished = b""
        if process.stdout:  # else it writes to a log
            outputs.register(process.stdout, selectors.EVENT_READ, self)

    def read(self, pipe: IO[bytes]) -> None:
        """Pass on what there is now in its pipe, which must be something, or the end."""
        received = os.read(pipe.fileno(), 65536)
        *lines, self._unfinished = (self._unfinished + (received or b"\n")).split(b"\n")
        for line in lines:
            self._say(line.decode(errors="replace").rstrip())
        if not received:
            self._outputs.unregister(pipe)
            pipe.close()

    def _say(self, line: str) -> None:
        if line:
            self._console.line(self._name, line)
            self.last_line = line


class Child:
    """A service, and the process that runs it at the moment."""

    def __init__(self, service: Service, console: Console, outputs: selectors.BaseSelector) -> None:
        self.name = service.program.name
        self.program = service.program
        self._service = service
        self._console = console
        self._deaths: deque[float] = deque(maxlen=MOST_DEATHS)
        self._outputs = outputs
        self._is_told_to_end = False
        self._renewed_at = -math.inf
        self._waits_for = ""
        self._has_worked = service.is_ready is None
        self.has_new_code = False
        self.start()

    def start(self) -> None:
        """Start it, for the first time or in place of the process that died."""
        self._is_ready = self._service.is_ready is None
        self.start_again_at: float | None = None
        self.process = self.program.start()
        self._output = Output(self.name, self.process, self._console, self._outputs)

    def is_ready(self) -> bool:
        """Whether the process has been seen to do its work."""
        if self._service.is_ready and not self._is_ready and self.start_again_at is None:
            self._is_ready = self._service.is_ready(self.process.pid)
            self._has_worked = self._has_worked or self._is_ready
        return self._is_ready

    def is_followed_by(self, other: Child) -> bool:
        """Whether the other is to be started again once this one works with new code."""
        return other._service.follows == self.name

    def renew(self) -> None:
        """Have the process end in its own time, to be replaced; start it now where it waited for new code."""
        if self.start_again_at is None:
            self._is_told_to_end = True
            self.process.send_signal(self.program.stop_signal)
        else:
            self.start_again_at = self._renewed_at = time.monotonic()

    @property
    def stops_within_seconds(self) -> float:
        """How long it may take to end when it is asked to."""
        return self._service.stops_within_seconds

    def has_died(self) -> bool:
        """Whether the process is gone and nobody has seen to that yet."""
        return self.start_again_at is None and self.process.poll() is not None

    def bury(self, now: float) -> None:
        """End what the dead process left, and set the time of the next start.

        Raises CannotStart where another would be no better.
        """
        kill_group(self.process)
        self._is_ready = False
        self.has_new_code = self.process.returncode == self._service.restart_status
        if self._is_told_to_end or self.has_new_code:
            self._is_told_to_end = False
            self.start_again_at = self._renewed_at = now
        elif self._fails_with_new_code(now):
            self.start_again_at = math.inf
            self._console.line(self.name, f"ended {self.ending()}; waiting for the code to change")
        elif self._service.will_pass(reason := self.last_words()):
            self.start_again_at = now + min(PASSING_PAUSE_SECONDS, self._service.first_pause_seconds * 5)
            self._say_once(f"can't start yet: {reason}")
        else:
            self.start_again_at = now + self._pause_after_death(now)
            self._console.line(self.name, f"ended {self.ending()}; starting it again")

    def _say_once(self, words: str) -> None:
        """Told again and again, it would be all that one sees."""
        if words != self._waits_for:
            self._console.line(self.name, words)
        self._waits_for = words

    def _fails_with_new_code(self, now: float) -> bool:
        has_just_changed = now - self._renewed_at < NEW_CODE_FAILS_WITHIN_SECONDS
        return bool(self._service.follows) and self.process.returncode > 0 and has_just_changed

    def _pause_after_death(self, now: float) -> float:
        """Seconds to wait before the next start. Raises CannotStart where there is no sense in one."""
        self._deaths.append(now)
        recent = sum(now - death < DEATHS_WITHIN_SECONDS for death in self._deaths)
        if self.process.returncode > 0 and not self._has_worked:
            raise CannotStart(f"{self.name} can't start: {self.last_words()}")
        if recent == MOST_DEATHS:
            raise CannotStart(
                f"{self.name} ended {MOST_DEATHS} times within a minute, lastly {self.ending()}: {self.last_words()}"
            )
        return self._service.first_pause_seconds * 3.0 ** (recent - 1)

    def ending(self) -> str:
        """How the process ended, in words."""
        status = self.process.returncode
        return f"by signal {-status}" if status < 0 else f"with status {status}"

    def last_words(self) -> str:
        """The last line that it said, in its log or to us; in a log, the last grave one before that."""
        if self.program.log is None:
            return self._output.last_line or "it said nothing"
        try:
            lines = self.program.log.read_text(errors="replace").splitlines()[-LAST_LINES:]
        except OSError as error:
            return describe(error)
        grave = [found[0] for line in lines if (found := GRAVE.search(line))]
        return (grave or lines or [f"its log {self.program.log} is empty"])[-1]
