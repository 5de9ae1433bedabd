"""Celery's doors to the shop: each carries ids and makes one call."""

import structlog
from celery import shared_task

from apps.orders import log as activity_log

log = structlog.get_logger(__name__)


@shared_task(name="orders.drain_spool")
def drain_spool() -> None:
    """Brings delayed log entries into the table."""
    drained = activity_log.drain_spool()
    if any(drained):
        log.info("activity spool drained", written=drained.written, dropped=drained.dropped, waiting=drained.waiting)
