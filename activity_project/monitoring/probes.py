"""A question to something that may be dead, asked so that the answer never keeps anybody waiting for long."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Final, Generic, TypeVar

Answer = TypeVar("Answer")

# An asker that has hung for so long is left behind: what it waits for may be back, and it wouldn't notice.
LEFT_BEHIND_S: Final = 30.0


class Probe(Generic[Answer]):
    """Asks in a thread of its own, one at a time: while an answer is on its way, whoever asks waits for the same one.

    The thread is a daemon's, so that a question which hangs keeps no process from ending.
    """

    def __init__(self, ask: Callable[[], Answer]) -> None:
        self._ask = ask
        self._lock = Lock()
        self._asked_at = 0.0
        self._answer: Future[Answer] | None = None

    def start(self) -> "Future[Answer]":
        """The answer to be. Its ``result(timeout)`` raises TimeoutError where it takes longer."""
        with self._lock:
            if self._answer is None or self._answer.done() or time.monotonic() - self._asked_at > LEFT_BEHIND_S:
                self._answer, self._asked_at = Future(), time.monotonic()
                Thread(target=self._fulfil, args=[self._answer], daemon=True, name="probe").start()
            return self._answer

    def _fulfil(self, answer: "Future[Answer]") -> None:
        try:
            answer.set_result(self._ask())
        except Exception as error:  # whoever waits for the answer is told
            answer.set_exception(error)
