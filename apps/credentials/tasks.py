"""Celery's doors to credentials."""

from uuid import UUID

import structlog
from celery import shared_task

from apps.common import clock
from apps.credentials import expiry, mails

log = structlog.get_logger(__name__)


@shared_task(name="credentials.mail_claim_link")
def mail_claim_link(inbox_id: str) -> None:
    """The mail of one inbox credential, if it is still due."""
    mails.mail_claim_link(UUID(inbox_id), now=clock.now())


@shared_task(name="credentials.tell_recipient")
def tell_recipient(credential_id: str) -> None:
    """Word to the recipient of what was delivered."""
    mails.tell_recipient(UUID(credential_id))


@shared_task(name="credentials.offer_unsent")
def offer_unsent() -> None:
    """The regular look for claim mails that never went off."""
    count = mails.offer_unsent(clock.now())
    if count:
        log.warning("claim mails offered again", count=count)


@shared_task(name="credentials.expire")
def expire() -> None:
    """The hourly end of what waited too long."""
    count = sum(expiry.expire_overdue(clock.now()))
    if count:
        log.info("inbox credentials expired", count=count)
