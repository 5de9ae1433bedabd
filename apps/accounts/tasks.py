"""Celery's doors to people's accounts."""

import structlog
from celery import shared_task

from apps.accounts import visits
from apps.common import clock

log = structlog.get_logger(__name__)


@shared_task(name="accounts.prune_visits")
def prune_visits() -> None:
    """The daily end of visits that have been kept long enough."""
    log.info("visits pruned", deleted=visits.prune_visits(clock.now().date()))
