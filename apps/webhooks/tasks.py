"""Celery's doors to the inbox."""

from uuid import UUID

import structlog
from celery import shared_task

from apps.common import clock
from apps.common.providers import ProviderError
from apps.webhooks import missed, processing, retention

log = structlog.get_logger(__name__)


@shared_task(name="webhooks.process")
def process(delivery_id: str) -> None:
    """Processes one message."""
    processing.process(UUID(delivery_id))


@shared_task(name="webhooks.sweep")
def sweep() -> None:
    """Offers again what was left hanging."""
    processing.sweep()


@shared_task(name="webhooks.fetch_missed")
def fetch_missed() -> None:
    """Fetches what a provider told and never reached us."""
    try:
        count = missed.fetch_missed(clock.now())
    except ProviderError as error:
        log.warning("events not fetched", error=error.message)
        return
    if count:
        log.warning("events fetched that no webhook had brought", count=count)


@shared_task(name="webhooks.forget_bodies")
def forget_bodies() -> None:
    """The daily end of messages that have been kept long enough."""
    log.info("webhook bodies forgotten", deliveries=retention.forget_bodies(clock.now()))
