"""Hands work to Celery once the database has committed what it is about."""

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def enqueue_after_commit(task: str, *args: str | int, countdown_s: float = 0) -> None:
    """Sends the named task when the running transaction commits, or at once outside one.

    A broker that is down costs the caller nothing: what waits is in the database, and a sweep offers it again.
    """
    transaction.on_commit(lambda: send(task, *args, countdown_s=countdown_s))


def send(task: str, *args: str | int, countdown_s: float = 0) -> bool:
    """Sends the named task now; false where the broker couldn't be reached."""
    try:
        current_app.send_task(task, args=args, countdown=countdown_s or None)
    except (OperationalError, OSError) as error:
        log.warning("broker unreachable", task=task, args=args, error=str(error))
        return False
    return True
