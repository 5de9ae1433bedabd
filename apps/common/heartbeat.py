"""Beat's heartbeat: a task of its schedule notes the time, so that its age tells of beat, broker and workers."""

import time
from typing import Final

from django.core.cache import cache

_KEY: Final = "beat-heartbeat"


def note() -> None:
    """The schedule's task ran just now."""
    cache.set(_KEY, time.time(), timeout=None)


def age_s() -> int | None:
    """Seconds since the schedule's task last ran; None where it never did."""
    noted = cache.get(_KEY)
    return None if noted is None else max(0, int(time.time() - noted))
