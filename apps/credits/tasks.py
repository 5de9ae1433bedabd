"""Celery's doors to the ledger."""

import structlog
from celery import shared_task

from apps.common import clock
from apps.credits.renewal import renew_what_is_over
from apps.credits.verification import verify

log = structlog.get_logger(__name__)


@shared_task(name="credits.verify_ledger")
def verify_ledger() -> None:
    """The daily verification; faults go to the log as errors."""
    record, faults = verify()
    for fault in faults[:20]:
        log.error("ledger fault", user_id=fault.user_id, seq=fault.seq, what=fault.what)
    log.info("ledger verified", accounts=record.accounts, transactions=record.transactions, wrong=record.wrong_accounts)


@shared_task(name="credits.renew_plans")
def renew_plans() -> None:
    """Plans without payment go on to their next period, and cancelled ones end, as soon as theirs is over."""
    renewed = renew_what_is_over(clock.now())
    if renewed.done or renewed.failed:
        log.info("plans renewed", renewed=renewed.done, failed=renewed.failed)
