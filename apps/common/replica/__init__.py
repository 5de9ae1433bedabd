"""Reading from a replica, so that the primary is left to those who write.

Whoever asks names how far the log was when the reader last wrote (``after``), and the snapshot that the answer has to
know all of (``of``). A replica that isn't there yet, has fallen behind or doesn't answer is no reason to fail: then
the primary is asked. Questions only read, and may be asked twice.
"""

import time
from collections.abc import Callable
from math import ceil
from typing import Final, TypeVar

import structlog
from django.db import InterfaceError, OperationalError, connection, connections
from psycopg.errors import QueryCanceled

from apps.common.connections import in_place
from apps.common.metrics import READS
from apps.common.replica.keeping_up import Watch
from apps.common.replica.view import View, position, view_of

__all__ = ["REPLICA", "View", "has_replica", "look", "read", "read_as_of", "seconds_behind"]

log = structlog.get_logger(__name__)

# The replica's alias among the databases; without it there is none.
REPLICA: Final = "replica"
Answer = TypeVar("Answer")
# What the primary has just written takes a replica a moment.
_LOOKS: Final = 20
_BETWEEN_LOOKS_S: Final = 0.02
watch: Final = Watch()


class NotThere(Exception):
    """What has to be known isn't on the replica yet; the words say what."""


def read(question: Callable[[], Answer], *, after: int | None) -> Answer:
    """The question's answer: by the replica, if it has replayed the log up to ``after``, else by the primary."""
    return read_as_of(lambda _view: question(), question, after=after)


def read_as_of(
    question: Callable[[View], Answer], otherwise: Callable[[], Answer], *, after: int | None, of: str = ""
) -> Answer:
    """The same for a question that needs to know what the replica has seen; ``otherwise`` is for the primary.

    The view is older than what the question then meets: all that the view has seen is there, and perhaps more.
    """
    if not has_replica() or connection.in_atomic_block:
        return otherwise()
    try:
        watch.note(lambda: position(connection))
        with in_place(REPLICA):
            answer = question(_view(after, of))
    except NotThere as reason:
        READS.labels(str(reason)).inc()
        return otherwise()
    except (OperationalError, InterfaceError) as error:
        if isinstance(error.__cause__, QueryCanceled):  # it takes as long anywhere
            raise
        _failed(error)
        return otherwise()
    READS.labels("replica").inc()
    return answer


def has_replica() -> bool:
    """Whether there is one to read from."""
    return REPLICA in connections.settings


def seconds_behind() -> int | None:
    """How far the replica is behind, in seconds begun: 0 where it has all that the primary has at this moment.

    Null where it hasn't kept up since this process first looked. Raises OperationalError where it doesn't answer.
    """
    watch.note(lambda: position(connection))
    for _ in range(_LOOKS):
        replayed = look().replayed
        if watch.has_all_that_was_noted(replayed):
            return 0
        time.sleep(_BETWEEN_LOOKS_S)
    behind = watch.behind_s(replayed)
    return None if behind is None else ceil(behind)


def look() -> View:
    """What the replica has replayed. A connection that broke is made anew once: the replica may be back."""
    replica = connections[REPLICA]
    was_open = replica.connection is not None
    try:
        return view_of(replica)
    except (OperationalError, InterfaceError):
        replica.close()
        if not was_open:
            raise
        return view_of(replica)


def _view(after: int | None, of: str) -> View:
    if not watch.may_ask():
        raise NotThere("away")
    try:
        view = look()
    except (OperationalError, InterfaceError) as error:
        watch.is_away()
        raise NotThere("away") from error
    if not watch.keeps_up(view.replayed):
        raise NotThere("behind")
    if after is not None and view.replayed < after:
        raise NotThere("own_write")
    if of and not view.has_all_of(of):
        raise NotThere("walk")
    return view


def _failed(error: Exception) -> None:
    """It answered at first: it went away in between, or what was read had to give way to the replay."""
    log.warning("replica_failed", error=str(error))
    READS.labels("failed").inc()
    connections[REPLICA].close()
