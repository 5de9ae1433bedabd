"""Celery's doors to the shop: each carries ids and makes one call."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from apps.orders import artwork, product_sync
from apps.orders import log as activity_log
from apps.orders.providers.errors import ProviderError
from apps.orders.providers.printify import Printify

log = structlog.get_logger(__name__)


@shared_task(name="orders.drain_spool")
def drain_spool() -> None:
    """Brings delayed log entries into the table."""
    drained = activity_log.drain_spool()
    if any(drained):
        log.info("activity spool drained", written=drained.written, dropped=drained.dropped, waiting=drained.waiting)


@shared_task(name="orders.sync_products")
def sync_products() -> None:
    """Brings the catalogue up to date; a shop without a print provider has none."""
    if not settings.PRINTIFY_API_TOKEN:
        return
    try:
        with Printify.from_settings() as provider:
            synced = product_sync.sync_products(provider, now=timezone.now())
    except ProviderError as error:
        log.warning("products not synced", error=error.message)
    else:
        log.info("products synced", **synced._asdict())


@shared_task(name="orders.fill_empty_catalogue")
def fill_empty_catalogue() -> None:
    """Syncs at once where there is no product yet."""
    if product_sync.catalogue_is_empty():
        sync_products()


@shared_task(name="orders.discard_artwork")
def discard_artwork() -> None:
    """Removes what was kept for orders that were never paid."""
    files = artwork.discard_unpaid(ended_before=timezone.now() - timedelta(days=1))
    if files:
        log.info("artwork of unpaid orders removed", files=files)
