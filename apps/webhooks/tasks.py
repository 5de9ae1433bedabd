"""Celery's doors to the inbox."""

from uuid import UUID

import structlog
from celery import shared_task
from django.utils import timezone

from apps.webhooks import processing, retention

log = structlog.get_logger(__name__)


@shared_task(name="webhooks.process")
def process(delivery_id: str) -> None:
    """Processes one message."""
    processing.process(UUID(delivery_id))


@shared_task(name="webhooks.sweep")
def sweep() -> None:
    """Offers again what was left hanging."""
    processing.sweep()


@shared_task(name="webhooks.forget_bodies")
def forget_bodies() -> None:
    """The daily end of messages that have been kept long enough."""
    log.info("webhook bodies forgotten", deliveries=retention.forget_bodies(timezone.now()))
