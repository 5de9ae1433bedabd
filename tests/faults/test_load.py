"""Load at 70 % of what this machine can do: no 5xx, memory flat, connections bounded.

A moment of it by default; an operator, or whoever changes what every request goes through, asks for half an hour:
``python3 manage.py test tests/faults/test_load.py --load-minutes 30``. Memory is judged from five minutes on: a server
that was just started still grows.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from apps.accounts.models import User
from apps.accounts.scopes import Scope
from apps.generations.models import GenerationJob
from tests import running
from tests.factories import UserFactory, issued, on_plan, with_credits
from tests.faults.books import assert_books_agree
from tests.faults.conftest import StartWorker
from tests.faults.load import Crowd, Request, Watch, resident_mb, seconds_asked_for
from tests.faults.outside import beside, signed_in
from tests.faults.patience import eventually
from tests.faults.reporting import Report
from tests.faults.servers import Broker
from tests.images_api import KEY, ImagesApi
from tests.project.machine import descendants

# How long it lasts is what was asked for; all that it waits for has limits of its own.
pytestmark = [pytest.mark.faults, pytest.mark.timeout(0), pytest.mark.usefixtures("committed")]

SHARE, GROWTH, JUDGED_FROM_S, PEOPLE = 0.7, 1.05, 300, 6
WEB_PROCESSES, WEB_THREADS, WORKERS = 2, 4, 1
# Each web thread has one, and each process one for /readyz; a worker has one a process, and the test its own two.
MOST_CONNECTIONS = WEB_PROCESSES * (WEB_THREADS + 1) + WORKERS + 2
PAGES = ("/activity/", "/gallery/", "/generate/", "/account/", "/shop/", "/credits/", "/healthz")
READS = ("/api/v1/activity?limit=50", "/api/v1/usage", "/api/v1/generations")


def asked_by(person: User) -> Iterator[Request]:
    """Pages in a browser, and a program that reads; now and then it has an image made."""
    browser = signed_in(person)
    yield from (Request(path, browser) for path in PAGES)
    token = {"Authorization": f"Bearer {issued(person, *Scope).secret}"}
    yield from (Request(path, token) for path in READS)
    yield Request("/api/v1/generations", token | {"Content-Type": "application/json"}, wanted)


def wanted(number: int) -> bytes:
    return json.dumps({"prompt": f"a quiet beach {number}", "quality": "standard"}).encode()


@contextmanager
def site(folder: Path, told: dict[str, str]) -> Iterator[tuple[str, int]]:
    """As in production, but for DEBUG, without which pages need TLS; its address and its first process."""
    port = running.free_port()
    command = ["-m", "gunicorn", "--config", "python:activity_project.gunicorn", "activity_project.wsgi"]
    asked = {"BIND": f"127.0.0.1:{port}", "WEB_PROCESSES": str(WEB_PROCESSES), "WEB_THREADS": str(WEB_THREADS)}
    with running.running_process(command, folder / "web.log", told | asked) as web:
        address = f"http://127.0.0.1:{port}"
        running.wait_until(lambda: running.answers(address), "the web server answers")
        yield address, web.pid


@contextmanager
def counting_sessions() -> Iterator[Callable[[], float]]:
    """Asks how many there are on this database, over one of its own."""
    own = connection.copy()
    try:
        with own.cursor() as cursor:

            def counted() -> float:
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND backend_type = 'client backend'"
                )
                return float(cursor.fetchone()[0])

            yield counted
    finally:
        own.close()


def test_at_seventy_percent_of_capacity_nothing_fails_memory_stays_and_connections_are_bounded(
    broker: Broker, start_worker: StartWorker, images_api: ImagesApi, worker_environment: dict[str, str],
    tmp_path: Path, request: pytest.FixtureRequest, report: Report,
) -> None:  # fmt: skip
    seconds = seconds_asked_for(request.config)
    images = {"IMAGE_PROVIDER": "openai", "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": images_api.base_url}
    told = worker_environment | images | {"DEBUG": "1", "SANDBOX": "0"}
    people = [with_credits(on_plan(UserFactory.create(), "studio"), 100_000) for _ in range(PEOPLE)]
    start_worker(told=told, processes=WORKERS)
    with site(tmp_path, told) as (address, web), counting_sessions() as count_sessions:
        crowd = Crowd(address, [asked for person in people for asked in asked_by(person)])
        crowd.ask(seconds=min(seconds / 4, 60))  # warms up
        most = crowd.ask(seconds=seconds / 2 if seconds < 60 else 30)
        memory = Watch(lambda: resident_mb([web, *descendants(web)]))
        sessions = Watch(count_sessions)
        with beside(memory.look, sessions.look):
            answers = crowd.ask(seconds=seconds, rate=most.rate * SHARE)
        report(f"capacity {most.rate:.0f} answers/s; then {answers.rate:.0f}/s for {answers.took_s:.0f} s")
        within = ", ".join(f"p{percent} {answers.p(percent):.0f} ms" for percent in (50, 95, 99))
        report(f"answers {dict(answers.statuses)}; {within}")
        report(f"memory of the web processes by thirds {[round(each) for each in memory.thirds()]} MB")
        report(f"connections: at most {max(sessions.figures):.0f} of {MOST_CONNECTIONS}")

    assert most.failed == answers.failed == 0
    assert 302 not in answers.statuses, "somebody was sent to sign in"
    assert max(sessions.figures) <= MOST_CONNECTIONS
    _, second, last = memory.thirds()
    assert last <= GROWTH * second or seconds < JUDGED_FROM_S
    eventually(lambda: not GenerationJob.objects.in_flight().exists())
    assert_books_agree()
