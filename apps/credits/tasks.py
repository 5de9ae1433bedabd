"""Celery's doors to the ledger."""

import structlog
from celery import shared_task

from apps.credits.verification import verify

log = structlog.get_logger(__name__)


@shared_task(name="credits.verify_ledger")
def verify_ledger() -> None:
    """The daily verification; faults go to the log as errors."""
    record, faults = verify()
    for fault in faults[:20]:
        log.error("ledger fault", user_id=fault.user_id, seq=fault.seq, what=fault.what)
    log.info("ledger verified", accounts=record.accounts, transactions=record.transactions, wrong=record.wrong_accounts)
