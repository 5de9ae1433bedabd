"""Celery's doors to people's accounts."""

import structlog
from celery import shared_task

from apps.accounts import sessions, visits
from apps.common import clock

log = structlog.get_logger(__name__)


@shared_task(name="accounts.prune_visits")
def prune_visits() -> None:
    """The daily end of visits that have been kept long enough."""
    log.info("visits pruned", deleted=visits.prune_visits(clock.now().date()))


@shared_task(name="accounts.forget_sessions")
def forget_sessions() -> None:
    """The daily end of sessions that have expired."""
    log.info("sessions forgotten", deleted=sessions.forget_expired(clock.now()))
