"""Waiting for something to come true, instead of for a time."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 90.0  # only a broken test, never a busy machine, waits this long


def eventually(condition: Callable[[], object], *, within_s: float = PATIENCE_SECONDS) -> None:
    """Returns as soon as the condition holds."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "It never came true."
        time.sleep(0.02)
