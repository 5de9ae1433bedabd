"""Beat's heartbeat: a task of its schedule notes the time, so that its age tells of beat, broker and workers."""

from typing import Final

from django.core.cache import cache

from apps.common import clock

KEY: Final = "beat-heartbeat"


def note() -> None:
    """The schedule's task ran just now."""
    cache.set(KEY, clock.now().timestamp(), timeout=None)


def age_s() -> int | None:
    """Seconds since the schedule's task last ran; None where it never did."""
    noted = cache.get(KEY)
    return None if noted is None else max(0, int(clock.now().timestamp() - noted))
