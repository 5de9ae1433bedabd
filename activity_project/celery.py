"""The Celery application and the whole schedule: nothing else in the project says when something runs."""

import os
from typing import Any

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
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=600,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    # A connection serves so many tasks; `look_at_connections` sees to it that each is whole when a task begins.
    CELERY_DB_REUSE_MAX=100,
    timezone="UTC",
    beat_schedule={
        "heartbeat": {"task": "common.heartbeat", "schedule": 15.0, "options": {"expires": 15}},
        "sweep-generations": {"task": "generations.sweep", "schedule": 15.0, "options": {"expires": 15}},
        "renew-plans": {"task": "credits.renew_plans", "schedule": 60.0, "options": {"expires": 60}},
        "tidy-generations": {"task": "generations.tidy", "schedule": 86_400.0, "options": {"expires": 3_600}},
        "verify-ledger": {"task": "credits.verify_ledger", "schedule": 86_400.0, "options": {"expires": 3_600}},
        "expire-credentials": {"task": "credentials.expire", "schedule": 3_600.0, "options": {"expires": 3_600}},
        "offer-claim-mails": {"task": "credentials.offer_unsent", "schedule": 120.0, "options": {"expires": 120}},
        "sweep-webhooks": {"task": "webhooks.sweep", "schedule": 15.0, "options": {"expires": 15}},
        "fetch-missed-events": {"task": "webhooks.fetch_missed", "schedule": 600.0, "options": {"expires": 600}},
        "forget-webhook-bodies": {
            "task": "webhooks.forget_bodies",
            "schedule": 86_400.0,
            "options": {"expires": 3_600},
        },
        "drain-activity-spool": {"task": "orders.drain_spool", "schedule": 30.0, "options": {"expires": 30}},
        "submit-waiting-orders": {"task": "orders.offer_waiting", "schedule": 60.0, "options": {"expires": 60}},
        "reconcile-orders": {"task": "orders.reconcile", "schedule": 60.0, "options": {"expires": 60}},
        "tell-overdue-orders": {"task": "orders.tell_overdue", "schedule": 300.0, "options": {"expires": 300}},
        "settle-refunds": {"task": "orders.settle_refunds", "schedule": 120.0, "options": {"expires": 120}},
        "sync-products": {"task": "orders.sync_products", "schedule": 3_600.0, "options": {"expires": 3_600}},
        "offer-order-mails": {"task": "orders.offer_unsent_mails", "schedule": 600.0, "options": {"expires": 600}},
        "report-abandoned-carts": {
            "task": "orders.report_abandoned_carts",
            "schedule": 60.0,
            "options": {"expires": 60},
        },
        "offer-cart-reminders": {"task": "orders.offer_cart_reminders", "schedule": 600.0, "options": {"expires": 600}},
        "discard-artwork": {"task": "orders.discard_artwork", "schedule": 86_400.0, "options": {"expires": 3_600}},
        "prune-activity-log": {
            "task": "orders.prune_activity_log",
            "schedule": crontab(hour="3", minute="20"),
            "options": {"expires": 3_600},
        },
        "forget-sessions": {"task": "accounts.forget_sessions", "schedule": 86_400.0, "options": {"expires": 3_600}},
        "prune-visits": {"task": "accounts.prune_visits", "schedule": 86_400.0, "options": {"expires": 3_600}},
    },
)
if settings.SANDBOX:
    # A newcomer's shop has something in it as soon as everything runs.
    app.conf.beat_schedule["fill-empty-catalogue"] = {
        "task": "orders.fill_empty_catalogue",
        "schedule": 10.0,
        "options": {"expires": 10},
    }
if settings.GENERATION_FILES_KEPT_DAYS:
    app.conf.beat_schedule["prune-generations"] = {
        "task": "generations.prune",
        "schedule": 86_400.0,
        "options": {"expires": 3_600},
    }
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
