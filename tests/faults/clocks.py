"""A program under a clock of its own: ``python -m tests.faults.clocks FILE MODULE ARGUMENTS…``

The file says by how many seconds the program's clock differs from the machine's. It may be written to at any time: the
clock jumps then. Processes that the program forks keep the clock that they were born with.
"""

import runpy
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import time_machine

LOOKS_EVERY_S = 0.05


class Clock:
    """A clock that a test sets, and programs go by."""

    def __init__(self, file: Path) -> None:
        self.file = file

    @property
    def command(self) -> list[str]:
        """What stands before the module that is to go by it."""
        return ["-m", "tests.faults.clocks", str(self.file)]

    @property
    def ahead_s(self) -> int:
        """So far ahead of the machine's clock it is; behind where negative."""
        return int(self.file.read_text())

    def set(self, *, ahead_s: int) -> "Clock":
        """It jumps."""
        draft = self.file.with_suffix(".draft")
        draft.write_text(str(ahead_s))
        draft.replace(self.file)
        return self


def _go_by(clock: Clock) -> None:
    ahead_s = clock.ahead_s
    travels = time_machine.travel(datetime.now(UTC) + timedelta(seconds=ahead_s), tick=True).start()
    Thread(target=_follow, args=[clock, travels, ahead_s], daemon=True).start()


def _follow(clock: Clock, travels: Any, ahead_s: int) -> None:
    while True:
        time.sleep(LOOKS_EVERY_S)
        if clock.ahead_s != ahead_s:
            travels.shift(clock.ahead_s - ahead_s)
            ahead_s = clock.ahead_s


if __name__ == "__main__":
    _, file, module, *arguments = sys.argv
    _go_by(Clock(Path(file)))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
