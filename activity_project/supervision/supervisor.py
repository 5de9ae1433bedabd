"""Keeps services running: starts them, passes on what they say, starts them again, stops them.

One thread does it all: the kernel ends a child with the thread that started it.
"""

from __future__ import annotations

import contextlib
import selectors
import signal
import time
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import NoReturn, Self

from activity_project.failures import CannotStart
from activity_project.processes import Program, kill_group
from activity_project.supervision.children import Child, Output, Service
from activity_project.supervision.console import Console

READY_WITHIN_SECONDS = 60.0
SLOW_TO_STOP_SECONDS = 5.0
TICK_SECONDS = 0.1
MOST_LAST_WORDS = 100
READY_TICK_SECONDS = 0.02
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """Somebody asked us to end."""


class Supervisor:
    """Services in tiers; when the block ends they are stopped, the last tier first."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console()
        self._tiers: list[list[Child]] = []
        self._outputs = selectors.DefaultSelector()
        self._times_asked_to_stop = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._tiers:
            self._stop(self._tiers[-1])
            self._tiers.pop()
        for pipe in [key.fileobj for key in self._outputs.get_map().values()]:
            self._outputs.unregister(pipe)
            pipe.close()  # type: ignore[union-attr] # all that is registered are pipes
        self._outputs.close()

    def start(self, *services: Service, beside: list[Child] | None = None) -> list[Child]:
        """Start services, side by side in a tier of their own or of those started before.

        Returns the tier, for `wait_until_ready`. What dies in it is started again only when the
        tiers below are ready.
        """
        tier: list[Child] = [] if beside is None else beside
        if beside is None:
            self._tiers.append(tier)
        tier.extend(Child(service, self._console, self._outputs) for service in services)
        return tier

    def wait_until_ready(self, children: list[Child]) -> None:
        """Return when all of them do their work. Raises CannotStart when one can't, or takes too long."""
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while late := [child.name for child in children if not child.is_ready()]:
            if time.monotonic() > deadline:
                raise CannotStart(f"{' and '.join(late)} didn't get ready within {READY_WITHIN_SECONDS:.0f} seconds.")
            self._tick(READY_TICK_SECONDS)

    def run(self, program: Program) -> int:
        """Run a program to its end, passing on what it says. Returns its exit status."""
        process = program.start()
        try:
            Output(program.name, process, self._console, self._outputs)
            while process.poll() is None:
                self._tick(READY_TICK_SECONDS)
        finally:
            kill_group(process)
            self._pass_on_last_words()
        return process.returncode

    def serve(self) -> NoReturn:
        """Keep everything running until somebody asks to end, which raises Stopped."""
        while True:
            self._tick(TICK_SECONDS)

    @contextlib.contextmanager
    def stopping_on_signals(self) -> Iterator[None]:
        """Let Ctrl-C and its like end the block in good order, by Stopped; a second one hurries the stop."""

        def ask(number: int, frame: FrameType | None) -> None:
            self._times_asked_to_stop += 1
            if self._times_asked_to_stop == 1:
                self._console.paragraph("Stopping …")

        before = {number: signal.signal(number, ask) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _tick(self, seconds: float) -> None:
        self._pass_on(seconds)
        if self._times_asked_to_stop:
            raise Stopped
        for tier in self._tiers:
            for child in tier:
                self._see_to(child, tier)
            if not all(child.is_ready() for child in tier):
                break  # what stands on these waits for them

    def _see_to(self, child: Child, tier: list[Child]) -> None:
        now = time.monotonic()
        if child.has_died():
            self._pass_on_last_words()
            child.bury(now)
        elif child.start_again_at and child.start_again_at < now:
            child.start()
        elif child.has_new_code and child.is_ready():
            child.has_new_code = False
            for follower in filter(child.is_followed_by, tier):
                follower.renew()

    def _pass_on(self, seconds: float) -> bool:
        """Pass on what is said first within this time. Returns whether anything was."""
        if not self._outputs.get_map():
            time.sleep(seconds)
        heard = self._outputs.select(seconds)
        for key, _ in heard:
            key.data.read(key.fileobj)
        return bool(heard)

    def _pass_on_last_words(self) -> None:
        """Pass on what is there now, and not for ever what a talkative program adds meanwhile."""
        for _ in range(MOST_LAST_WORDS):
            if not self._pass_on(0):
                break

    def _stop(self, tier: list[Child]) -> None:
        for child in tier:
            if child.process.poll() is None:
                child.process.send_signal(child.program.stop_signal)
        self._wait_for_ends(tier)
        for child in tier:
            kill_group(child.process)
        self._pass_on_last_words()

    def _wait_for_ends(self, tier: list[Child]) -> None:
        """Return when all have ended, their time is over, or somebody is in a hurry."""
        begun, is_slow = time.monotonic(), False
        while self._times_asked_to_stop < 2:
            waited = time.monotonic() - begun
            left = [each for each in tier if each.process.poll() is None and waited < each.stops_within_seconds]
            if not left:
                return
            if waited > SLOW_TO_STOP_SECONDS and not is_slow:
                is_slow = True
                self._console.line(left[0].name, "is taking its time to end; Ctrl-C hurries it")
            self._pass_on(READY_TICK_SECONDS)
