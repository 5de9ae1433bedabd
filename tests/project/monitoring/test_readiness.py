"""`/readyz`: what each part's failure makes of the answer. Its questions go over connections of their own."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from apps.common import heartbeat
from apps.webhooks.models import WebhookDelivery
from tests.running import free_port, wait_until

pytestmark = pytest.mark.usefixtures("committed")

PARTS = ["database", "migrations", "broker", "clock", "beat", "activity_log_spool", "webhook_inbox"]


def asked() -> tuple[int, str, dict[str, dict[str, Any]]]:
    answer = Client().get("/readyz")
    told = answer.json()
    return answer.status_code, told["status"], told["checks"]


def failing(checks: dict[str, dict[str, Any]]) -> list[str]:
    return [name for name, check in checks.items() if not check["ok"]]


@pytest.fixture(autouse=True)
def _beating(committed: None) -> None:
    heartbeat.note()


@pytest.fixture
def silent_server() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_where_all_is_well_each_part_has_its_figure_and_its_limit() -> None:
    code, status, checks = asked()

    assert (code, status, list(checks)) == (200, "ready", PARTS)
    assert checks["migrations"] == {"ok": True, "figure": 0, "limit": 0, "unit": "unapplied"}
    assert checks["webhook_inbox"] == {"ok": True, "figure": 0, "limit": 100, "unit": "overdue"}
    assert all(isinstance(check["figure"], int) for check in checks.values())


def test_the_answer_is_never_kept_by_anyone_on_the_way() -> None:
    assert "no-store" in Client().get("/readyz")["Cache-Control"]


def test_an_installation_whose_beat_has_stopped_is_degraded() -> None:
    cache.set(heartbeat.KEY, time.time() - 100, timeout=None)

    code, status, checks = asked()

    assert (code, status, failing(checks)) == (200, "degraded", ["beat"])
    assert checks["beat"]["figure"] >= 99


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_machine_whose_clock_is_wrong_says_so_and_judges_the_heartbeat_by_the_database(hours: int) -> None:
    with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False):
        code, status, checks = asked()

    assert (code, status, failing(checks)) == (200, "degraded", ["clock"])
    assert 3_590 < checks["clock"]["figure"] < 3_610


def test_pages_stay_up_without_the_broker(settings: LazySettings) -> None:
    settings.BROKER_URL = f"redis://127.0.0.1:{free_port()}/0"

    code, status, checks = asked()

    assert (code, status, failing(checks)) == (200, "degraded", ["broker"])
    assert checks["broker"]["figure"] is None


def test_a_broker_that_never_answers_is_not_waited_for(settings: LazySettings, silent_server: int) -> None:
    settings.READYZ_ANSWER_MS = 50
    settings.BROKER_URL = f"redis://127.0.0.1:{silent_server}/0"

    assert failing(asked()[2]) == ["broker"]


def test_with_unapplied_migrations_pages_cannot_be_served() -> None:
    latest = max(name for app, name in MigrationRecorder(connection).applied_migrations() if app == "webhooks")
    MigrationRecorder(connection).record_unapplied("webhooks", latest)
    try:
        code, status, checks = asked()
    finally:
        MigrationRecorder(connection).record_applied("webhooks", latest)

    assert (code, status, failing(checks)) == (503, "unavailable", ["migrations"])
    assert checks["migrations"]["figure"] == 1


def test_a_locked_table_costs_its_own_part_alone(settings: LazySettings) -> None:
    settings.READYZ_ANSWER_MS = 800  # which the other parts keep on a busy machine
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE webhook_deliveries IN ACCESS EXCLUSIVE MODE")

        code, status, checks = asked()

    assert (code, status, failing(checks)) == (200, "degraded", ["webhook_inbox"])
    assert checks["webhook_inbox"]["figure"] is None


def test_without_the_database_nothing_is_known_of_what_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")

    code, status, checks = asked()

    assert (code, status) == (503, "unavailable")
    assert failing(checks) == ["database", "migrations", "clock", "beat", "webhook_inbox"]


def test_a_database_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent, monkeypatch.context() as changed:
        changed.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        changed.setitem(connection.settings_dict, "PORT", str(silent.getsockname()[1]))

        code, status, _ = asked()

    assert (code, status) == (503, "unavailable")
    wait_until(lambda: asked()[0] == 200, "the question that hung has ended")


def test_a_full_spool_shows(settings: LazySettings) -> None:
    settings.READYZ_SPOOL_ENTRIES = 1
    folder = Path(settings.ACTIVITY_LOG_SPOOL)
    folder.mkdir()
    for name in ("one.json", "two.json"):
        (folder / name).touch()

    code, status, checks = asked()

    assert (code, status, failing(checks)) == (200, "degraded", ["activity_log_spool"])
    assert checks["activity_log_spool"]["figure"] == 2


def test_webhooks_that_nobody_processes_show(settings: LazySettings) -> None:
    settings.READYZ_INBOX_DELIVERIES = 0
    WebhookDelivery.objects.create(
        provider="stripe", event_id="evt_1", body=b"{}", due_at=timezone.now() - timedelta(minutes=1)
    )

    code, status, checks = asked()

    assert (code, status, failing(checks)) == (200, "degraded", ["webhook_inbox"])
    assert checks["webhook_inbox"]["figure"] == 1
