"""The Celery application and the whole schedule: nothing else in the project says when something runs."""

import os
from typing import Any, Final

from celery import Celery
from celery.schedules import crontab
from celery.signals import (
    before_task_publish,
    setup_logging,
    task_postrun,
    task_prerun,
    task_revoked,
    worker_process_init,
)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "activity_project.settings")

from django.conf import settings
from django.db import close_old_connections

from activity_project import processes
from activity_project.monitoring import outcomes
from apps.common import request_ids

AN_HOUR: Final = 3_600
A_DAY: Final = 86_400
# A task expires by its sender's clock, and the clock of the worker that takes it decides: so far apart may they be.
CLOCKS_APART_S: Final = 2 * AN_HOUR


def every(seconds: int, task: str, *, at: crontab | None = None) -> dict[str, Any]:
    """An entry of the schedule: the task each so many seconds, or ``at`` a time.

    What no worker has taken by the time that many others of its kind wait is left out, so that after a long absence
    of all workers people don't wait for a schedule to be made up for.
    """
    expires = min(seconds, AN_HOUR) + CLOCKS_APART_S
    return {"task": task, "schedule": at or float(seconds), "options": {"expires": expires}}


app = Celery("activity")
app.conf.update(
    broker_url=settings.BROKER_URL.replace("unix://", "redis+socket://"),
    # A task of a killed worker comes back after `visibility_timeout`, looked for every
    # interval x throttle; the sweep mends sooner what a person waits for.
    broker_transport_options={
        "visibility_timeout": 900,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 6,
        "socket_connect_timeout": 2,
        "socket_timeout": 30,
        # Who sends to a broker that is down hears so at once: the sweep sends again.
        "max_retries": 0,
    },
    broker_connection_retry_on_startup=True,
    task_publish_retry=False,
    task_ignore_result=True,
    # Without results there are none to be cleaned up every night.
    result_expires=None,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=600,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    # A connection serves so many tasks; `look_at_connections` sees to it that each is whole when a task begins.
    CELERY_DB_REUSE_MAX=100,
    # Beat notes at once what it has sent: what runs once a day isn't put off by each deployment, and the note's age
    # tells whether beat is alive.
    beat_sync_every=1,
    timezone="UTC",
    beat_scheduler="activity_project.beat:SteadyScheduler",
    beat_schedule={
        "heartbeat": every(15, "common.heartbeat"),
        "sweep-generations": every(15, "generations.sweep"),
        "renew-plans": every(60, "credits.renew_plans"),
        "tidy-generations": every(A_DAY, "generations.tidy"),
        "verify-ledger": every(A_DAY, "credits.verify_ledger"),
        "expire-credentials": every(AN_HOUR, "credentials.expire"),
        "offer-claim-mails": every(120, "credentials.offer_unsent"),
        "sweep-webhooks": every(15, "webhooks.sweep"),
        "fetch-missed-events": every(600, "webhooks.fetch_missed"),
        "forget-webhook-bodies": every(A_DAY, "webhooks.forget_bodies"),
        "drain-activity-spool": every(30, "orders.drain_spool"),
        "submit-waiting-orders": every(60, "orders.offer_waiting"),
        "reconcile-orders": every(60, "orders.reconcile"),
        "tell-overdue-orders": every(300, "orders.tell_overdue"),
        "settle-refunds": every(120, "orders.settle_refunds"),
        "sync-products": every(AN_HOUR, "orders.sync_products"),
        "offer-order-mails": every(600, "orders.offer_unsent_mails"),
        "report-abandoned-carts": every(60, "orders.report_abandoned_carts"),
        "offer-cart-reminders": every(600, "orders.offer_cart_reminders"),
        "discard-artwork": every(A_DAY, "orders.discard_artwork"),
        "prune-activity-log": every(A_DAY, "orders.prune_activity_log", at=crontab(hour="3", minute="20")),
        "forget-sessions": every(A_DAY, "accounts.forget_sessions"),
        "prune-visits": every(A_DAY, "accounts.prune_visits"),
    },
)
if settings.SANDBOX:
    # A newcomer's shop has something in it as soon as everything runs.
    app.conf.beat_schedule["fill-empty-catalogue"] = every(10, "orders.fill_empty_catalogue")
if settings.GENERATION_FILES_KEPT_DAYS:
    app.conf.beat_schedule["prune-generations"] = every(A_DAY, "generations.prune")
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**_: Any) -> None:
    """Celery leaves logging alone when something listens here: Django has configured it."""


@worker_process_init.connect
def follow_the_parent(**_: Any) -> None:
    """Pool processes end with their worker, even when that is killed outright."""
    processes.die_with_parent()


@task_prerun.connect
def look_at_connections(**_: Any) -> None:
    """A connection that broke while the database was away, or is too old, is replaced, as it is before a request."""
    close_old_connections()


@before_task_publish.connect
def send_request_id(headers: dict[str, Any], **_: Any) -> None:
    """What a task does belongs to the request that set it off."""
    headers[request_ids.KEY] = request_ids.current()


@task_prerun.connect
def take_up_request_id(task: Any, **_: Any) -> None:
    """In the task's log lines, and in what it records and sends."""
    if not task.request.is_eager:
        request_ids.go_on(task.request.get(request_ids.KEY))


@task_prerun.connect
def note_begin(task_id: str, **_: Any) -> None:
    """How long tasks run, and how they end, is counted."""
    outcomes.begin(task_id)


@task_postrun.connect
def note_end(task_id: str, task: Any, state: str | None, **_: Any) -> None:
    """Also where the task raised."""
    outcomes.end(task_id, task.name, state or "rejected")
    if not task.request.is_eager:
        request_ids.end()


@task_revoked.connect
def note_expiry(sender: Any, *, expired: bool, **_: Any) -> None:
    """One that came too late to be of use: the next of its kind is on its way."""
    outcomes.leave_out(sender.name, "expired" if expired else "revoked")
