"""Processes that end send what they have captured, and PostHog never keeps one from ending."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from celery import current_app
from django.utils.autoreload import DJANGO_AUTORELOAD_ENV

from tests import running
from tests.conftest import SignedIn
from tests.factories import UserFactory
from tests.faults.servers import Broker
from tests.posthog import KEY, PATIENCE_S, PostHog
from tests.project.machine import Script, eventually, free_port, script

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

PRODUCTION = "-m gunicorn --config python:activity_project.gunicorn activity_project.wsgi"
DEVELOPMENT = "manage.py runserver"
WORKER = (
    "-m celery -A activity_project worker --concurrency=1 --loglevel=INFO --without-gossip --include tests.faults.tasks"
)


@pytest.fixture
def posthog() -> Iterator[PostHog]:
    with PostHog().running() as started:
        yield started


def environment(posthog: PostHog, **more: str) -> dict[str, str]:
    return running.environment(POSTHOG_API_KEY=KEY, POSTHOG_HOST=posthog.host, **more)


@contextmanager
def serving(command: str, posthog: PostHog, log: Path) -> Iterator[Script]:
    """A web server in which somebody has opened the activity page."""
    address = f"127.0.0.1:{free_port()}"
    arguments = [*command.split(), *([address] if command == DEVELOPMENT else [])]
    given = environment(posthog, BIND=address, WEB_PROCESSES="1", **{DJANGO_AUTORELOAD_ENV: "true"})
    with script(*arguments, log=log, given=given) as server:
        eventually(lambda: status(address, "/healthz") == 200)
        assert status(address, "/activity/", str(SignedIn(UserFactory.create()).session.session_key)) == 200
        yield server


def status(address: str, path: str, session: str = "") -> int:
    """What the server answers; 0 while it isn't up."""
    browser = http.client.HTTPConnection(address, timeout=PATIENCE_S)
    try:
        browser.request("GET", path, headers={"Cookie": f"{running.SESSION_COOKIE}={session}"})
        return browser.getresponse().status
    except OSError:
        return 0
    finally:
        browser.close()


@pytest.mark.parametrize("command", [PRODUCTION, DEVELOPMENT])
def test_a_server_that_is_asked_to_end_sends_what_it_captured(command: str, posthog: PostHog, tmp_path: Path) -> None:
    with serving(command, posthog, tmp_path / "log") as server:
        assert server.interrupt() == 0

    assert len(posthog.told("activity_viewed")) == 1


def test_a_posthog_that_never_answers_keeps_no_server_from_ending(posthog: PostHog, tmp_path: Path) -> None:
    with posthog.holding_its_answers(), serving(PRODUCTION, posthog, tmp_path / "log") as server:
        assert server.interrupt() == 0

        assert posthog.received.is_set()
        assert not posthog.may_answer.is_set()


def test_a_worker_that_is_asked_to_end_sends_what_its_tasks_captured(
    posthog: PostHog, broker: Broker, tmp_path: Path
) -> None:
    given = environment(posthog, REDIS_URL=broker.url)
    with script(*WORKER.split(), log=tmp_path / "log", given=given) as worker:
        current_app.send_task("tests.capture")
        eventually(worker.says("succeeded"))
        assert worker.interrupt() == 0

    assert posthog.told("captured_in_a_worker") == [{"number": 1}]
