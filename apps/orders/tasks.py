"""Celery's doors to the shop: each carries ids and makes one call."""

from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

import structlog
from celery import Task, shared_task
from django.conf import settings

from apps.common import clock
from apps.common.enqueue import send
from apps.common.posting import MailNotSent
from apps.orders import (
    abandoned_carts,
    artwork,
    desk,
    emails,
    operations,
    overdue,
    product_sync,
    reconciling,
    retention,
    submission,
)
from apps.orders import log as activity_log
from apps.orders.providers.errors import ProviderError
from apps.orders.providers.printify import Printify
from apps.orders.submission import Step

log = structlog.get_logger(__name__)

# 10, 20, 40, 80 and 160 seconds: over before the sweep offers the mail again.
MAIL_RETRIES: Final = 5
FIRST_MAIL_RETRY_S: Final = 10

# Some millions of entries, for which a task's time is enough; the rest goes the next night.
MOST_STRETCHES_A_NIGHT: Final = 4_000


@shared_task(name="orders.drain_spool")
def drain_spool() -> None:
    """Brings delayed log entries into the table."""
    drained = activity_log.drain_spool()
    if any(drained):
        log.info("activity spool drained", written=drained.written, dropped=drained.dropped, waiting=drained.waiting)


@shared_task(name="orders.prune_activity_log")
def prune_activity_log() -> None:
    """Removes what was recorded longer ago than the setting says."""
    before = retention.oldest_kept(clock.now())
    try:
        stretches = islice(retention.prune(before=before), MOST_STRETCHES_A_NIGHT)
        done = sum(stretches, start=retention.Pruned())
    except retention.AnotherPruner:
        log.info("activity log not pruned: somebody is at it")
    else:
        log.info("activity log pruned", entries=done.entries, acts=done.acts, open=done.open)


@shared_task(name="orders.submit")
def submit(order_id: str, attempt: int = 1, draft_id: str = "", releases: int = 0) -> None:
    """One step of submitting a paid order; the next one is sent on its way. Without a provider a person has to."""
    step = Step(attempt=attempt, draft_id=draft_id, releases=releases)
    try:
        provider = Printify.from_settings()
    except ProviderError as error:
        operations.record_no_provider(UUID(order_id), reason=error.message)
        return
    with provider:
        after = submission.submit(UUID(order_id), step, provider, now=clock.now())
    if after:
        send("orders.submit", order_id, after.attempt, after.draft_id, after.releases, countdown_s=after.wait_s)


@shared_task(name="orders.offer_waiting")
def offer_waiting() -> None:
    """Submits what nobody has picked up; without a print provider orders wait for a person."""
    if settings.PRINTIFY_API_TOKEN:
        submission.offer_waiting(now=clock.now())


@shared_task(name="orders.reconcile")
def reconcile() -> None:
    """Asks the print provider, where there is one, after orders of which it hasn't told for a while."""
    if not settings.PRINTIFY_API_TOKEN:
        return
    with Printify.from_settings() as provider:
        count = reconciling.reconcile(provider, now=clock.now())
    if count:
        log.info("orders reconciled", count=count)


@shared_task(name="orders.tell_overdue")
def tell_overdue() -> None:
    """The regular look for orders to which nothing has happened for too long."""
    count = overdue.tell_overdue(clock.now())
    if count:
        log.warning("orders overdue", count=count)


@shared_task(name="orders.settle_refunds")
def settle_refunds() -> None:
    """Repeats refunds that Stripe hasn't answered."""
    count = desk.settle_refunds(clock.now())
    if count:
        log.warning("refunds asked for again", count=count)


@shared_task(name="orders.sync_products")
def sync_products() -> None:
    """Brings the catalogue up to date; a shop without a print provider has none."""
    if not settings.PRINTIFY_API_TOKEN:
        return
    try:
        with Printify.from_settings() as provider:
            synced = product_sync.sync_products(provider, now=clock.now())
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
    files = artwork.discard_unpaid(ended_before=clock.now() - timedelta(days=1))
    if files:
        log.info("artwork of unpaid orders removed", files=files)


@shared_task(name="orders.send_confirmation", bind=True, max_retries=MAIL_RETRIES)
def send_confirmation(self: Task[Any, Any], order_id: str) -> None:
    """The confirmation of an order, if it is due."""
    _send_or_retry(self, emails.send_confirmation, order_id)


@shared_task(name="orders.send_shipping_notice", bind=True, max_retries=MAIL_RETRIES)
def send_shipping_notice(self: Task[Any, Any], order_id: str) -> None:
    """Word that an order is on its way, if it is due."""
    _send_or_retry(self, emails.send_shipping_notice, order_id)


@shared_task(name="orders.offer_unsent_mails")
def offer_unsent_mails() -> None:
    """The regular look for mails about orders that never went off."""
    count = emails.offer_unsent(clock.now())
    if count:
        log.warning("order mails offered again", count=count)


@shared_task(name="orders.report_abandoned_carts")
def report_abandoned_carts() -> None:
    """The regular look for carts that were left."""
    count = abandoned_carts.report_left(clock.now())
    if count:
        log.info("carts were left", count=count)


@shared_task(name="orders.send_cart_reminder", bind=True, max_retries=MAIL_RETRIES)
def send_cart_reminder(self: Task[Any, Any], cart_id: str) -> None:
    """The reminder of a cart that was left, if it is due."""
    _send_or_retry(self, abandoned_carts.remind, cart_id)


@shared_task(name="orders.offer_cart_reminders")
def offer_cart_reminders() -> None:
    """The regular look for reminders that never went off."""
    count = abandoned_carts.offer_unsent(clock.now())
    if count:
        log.warning("cart reminders offered again", count=count)


def _send_or_retry(task: Task[Any, Any], send_mail: Callable[..., bool], about: str) -> None:
    """A mail server that is down is asked again, ever more slowly."""
    attempt = task.request.retries
    try:
        send_mail(UUID(about), now=clock.now())
    except MailNotSent as error:
        if attempt >= MAIL_RETRIES:
            log.error("order mail not sent", task=task.name, about=about, error=str(error))
            return
        raise task.retry(exc=error, countdown=FIRST_MAIL_RETRY_S * 2**attempt) from error
