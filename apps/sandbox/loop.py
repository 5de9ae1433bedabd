"""Keeps appointments and posts webhooks, for as long as the process lives. All that it knows is in the database."""

import time
from typing import Final

import structlog
from django.db import OperationalError, connection

from apps.sandbox import appointments, deliveries
from apps.sandbox.mail import box
from apps.sandbox.printify import orders, webhooks
from apps.sandbox.stripe import paying, refunds, sessions

log = structlog.get_logger(__name__)

TICK_S: Final = 0.2
PAUSE_WITHOUT_DATABASE_S: Final = 2.0

KEEPERS: Final = {
    sessions.EXPIRE: sessions.expire_when_due,
    paying.SETTLE: paying.settle,
    paying.FAIL: paying.fail,
    refunds.FAIL: refunds.fail,
    orders.ADVANCE: orders.advance,
    box.DELIVER: box.deliver,
    box.BOUNCE: box.bounce,
    box.COMPLAIN: box.complain,
}


def run() -> None:
    """Works until the process is ended, which may be at any time and in any way."""
    is_set_up = False
    while True:
        try:
            if not is_set_up:
                webhooks.register_the_product()
                is_set_up = True
            if not work_off_one():
                time.sleep(TICK_S)
        except OperationalError as error:  # the database is away, or goes away
            log.warning("database unreachable", error=str(error))
            connection.close()
            time.sleep(PAUSE_WITHOUT_DATABASE_S)


def work_off_one() -> bool:
    """Keeps one appointment and posts one webhook; false where nothing was due."""
    has_kept = appointments.keep_one(KEEPERS)
    has_posted = deliveries.post_one()
    return has_kept or has_posted
