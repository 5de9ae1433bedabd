"""`/metrics`: who may read it, and that it counts what it says."""

import http.client
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.test import Client
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from activity_project.monitoring.figures import MeasuredNow
from apps.accounts.models import User
from apps.common.metrics import registry
from apps.common.tasks import note_heartbeat
from apps.credits import ledger
from apps.webhooks import inbox, processing
from apps.webhooks.inbox import Envelope
from tests.factories import bare_job
from tests.running import environment, free_port, running_process, wait_until

TOKEN = "a-token-that-only-tests-know"
BEARER = {"authorization": f"Bearer {TOKEN}"}
Labels = tuple[tuple[str, str], ...]


def counted(name: str, **labels: str) -> float:
    return registry.get_sample_value(name, labels) or 0


def samples(text: str) -> dict[tuple[str, Labels], float]:
    families = text_string_to_metric_families(text)
    return {
        (each.name, tuple(sorted(each.labels.items()))): each.value for family in families for each in family.samples
    }


def measured() -> dict[tuple[str, Labels], float]:
    now = CollectorRegistry()
    now.register(MeasuredNow())
    return samples(generate_latest(now).decode())


@pytest.fixture
def with_token(settings: LazySettings, tmp_path: Path) -> None:
    settings.METRICS_TOKEN, settings.METRICS_DIR = TOKEN, tmp_path


@pytest.fixture
def metered(settings: LazySettings) -> None:
    settings.MIDDLEWARE = ["apps.common.metering.MeteringMiddleware", *settings.MIDDLEWARE]


def test_there_is_nothing_where_no_token_is_set() -> None:
    assert Client().get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


@pytest.mark.usefixtures("with_token")
@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", TOKEN, "Bearer ünïcode"])
def test_nobody_reads_it_without_the_token(shown: str) -> None:
    answer = Client(HTTP_AUTHORIZATION=shown).get("/metrics")

    assert (answer.status_code, answer["WWW-Authenticate"], answer.content) == (401, "Bearer", b"")


@pytest.mark.usefixtures("with_token", "committed")
def test_the_token_opens_it() -> None:
    answer = Client(headers=BEARER).get("/metrics")

    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert ("activity_part_ok", (("part", "database"),)) in samples(answer.content.decode())


@pytest.mark.usefixtures("committed")
def test_depths_and_what_is_under_way_are_measured_when_asked() -> None:
    bare_job(User.objects.create(email="owner@example.com"))

    now = measured()

    assert now["activity_generation_jobs", (("status", "queued"),)] == 1
    assert now["activity_generation_jobs", (("status", "processing"),)] == 0
    assert (now["activity_log_spool_entries", ()], now["activity_webhook_inbox_overdue", ()]) == (0, 0)
    assert ("activity_queue_tasks", ()) in now


@pytest.mark.usefixtures("committed")
def test_what_cannot_be_had_is_left_out(settings: LazySettings) -> None:
    settings.BROKER_URL = f"redis://127.0.0.1:{free_port()}/0"

    now = measured()

    assert ("activity_queue_tasks", ()) not in now
    assert now["activity_part_ok", (("part", "broker"),)] == 0


@pytest.mark.usefixtures("metered", "db")
@pytest.mark.parametrize(
    ("method", "path", "labels"),
    [
        ("GET", "/healthz", ("healthz", "GET", "2xx")),
        ("GET", "/activity/", ("activity:timeline", "GET", "3xx")),
        ("GET", f"/gallery/{UUID(int=7)}/", ("generations:result", "GET", "3xx")),
        ("GET", "/wp-login.php", ("none", "GET", "4xx")),
        ("GET", "/static/nothing.css", ("static", "GET", "4xx")),
        ("BREW", "/healthz", ("healthz", "other", "4xx")),
    ],
)
def test_a_request_is_counted_under_the_name_of_its_route(method: str, path: str, labels: tuple[str, ...]) -> None:
    named = dict(zip(("route", "method", "status"), labels, strict=True))
    before = counted("activity_http_requests_total", **named)
    timed = counted("activity_http_request_seconds_count", route=labels[0])

    Client().generic(method, path)

    assert counted("activity_http_requests_total", **named) == before + 1
    assert counted("activity_http_request_seconds_count", route=labels[0]) == timed + 1


@pytest.mark.usefixtures("committed")
def test_a_task_is_counted_by_how_it_ended() -> None:
    named = {"task": note_heartbeat.name, "outcome": "success"}
    before = counted("activity_tasks_total", **named)

    note_heartbeat.apply()

    assert counted("activity_tasks_total", **named) == before + 1
    assert counted("activity_task_seconds_count", task=note_heartbeat.name)


def test_a_refusal_of_the_ledger_is_counted(owner: User) -> None:
    before = counted("activity_ledger_refusals_total", reason="insufficient_credits")

    with pytest.raises(ledger.InsufficientCredits):
        ledger.spend(user=owner, credits=1, job_id=bare_job(owner).pk, by=None)

    assert counted("activity_ledger_refusals_total", reason="insufficient_credits") == before + 1


@pytest.mark.django_db
def test_webhooks_are_counted_as_they_come_and_as_they_are_processed() -> None:
    stored = {"provider": "stripe", "result": "stored"}
    again = {"provider": "stripe", "result": "duplicate"}
    failed = {"provider": "stripe", "status": "failed"}
    before = [counted("activity_webhooks_received_total", **labels) for labels in (stored, again)]
    failures = counted("activity_webhooks_processed_total", **failed)

    first, _ = [inbox.store(provider="stripe", envelope=Envelope("evt_1", ""), body=b"{}", headers={}) for _ in "12"]
    assert first
    processing.process(first)

    after = [counted("activity_webhooks_received_total", **labels) for labels in (stored, again)]
    assert after == [before[0] + 1, before[1] + 1]
    assert counted("activity_webhooks_processed_total", **failed) == failures + 1


@pytest.fixture
def served(committed: None, tmp_path: Path) -> Iterator[str]:
    """Where two web processes are served that count."""
    address = f"127.0.0.1:{free_port()}"
    told = environment(
        BIND=address,
        WEB_PROCESSES="2",
        METRICS_TOKEN=TOKEN,
        METRICS_DIR=str(tmp_path / "metrics"),
        DATABASE_POOL_SIZE="2",
    )
    command = ["-m", "gunicorn", "--config", "python:activity_project.gunicorn", "activity_project.wsgi"]
    with running_process(command, tmp_path / "web.log", told):
        wait_until(lambda: len(processes_counting(tmp_path)) == 2, "both web processes are up")
        yield f"http://{address}"


def processes_counting(folder: Path) -> list[Path]:
    return list((folder / "metrics").glob("*.lock"))


def fetch(address: str, path: str) -> str:
    browser = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    try:
        browser.request("GET", path, headers=BEARER | {"Host": "localhost"})
        return browser.getresponse().read().decode()
    finally:
        browser.close()


def test_the_figures_of_several_web_processes_add_up_also_when_one_is_killed(served: str, tmp_path: Path) -> None:
    of_healthz = ("activity_http_requests_total", (("method", "GET"), ("route", "healthz"), ("status", "2xx")))
    for _ in range(30):
        assert fetch(served, "/healthz") == "ok"
    assert samples(fetch(served, "/metrics"))[of_healthz] == 30

    os.kill(int(web_process(tmp_path)), signal.SIGKILL)
    for _ in range(10):
        assert fetch(served, "/healthz") == "ok"

    assert samples(fetch(served, "/metrics"))[of_healthz] == 40
    assert len(processes_counting(tmp_path)) == 2


def web_process(folder: Path) -> str:
    """The id of one web process, from what gunicorn says."""
    said = (folder / "web.log").read_text()
    return said.rpartition("Booting worker with pid: ")[2].split()[0]
