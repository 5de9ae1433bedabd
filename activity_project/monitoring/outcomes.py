"""Counts tasks by how they end."""

import time
from typing import Final

from apps.common.metrics import TASK_SECONDS, TASKS

_begun: Final[dict[str, float]] = {}


def begin(task_id: str) -> None:
    """A task runs from now on."""
    _begun[task_id] = time.perf_counter()


def end(task_id: str, name: str, state: str) -> None:
    """It has ended, in one of Celery's states."""
    TASKS.labels(name, state.lower()).inc()
    begun = _begun.pop(task_id, None)
    if begun is not None:
        TASK_SECONDS.labels(name).observe(time.perf_counter() - begun)


def leave_out(name: str, outcome: str) -> None:
    """It won't run at all."""
    TASKS.labels(name, outcome).inc()
