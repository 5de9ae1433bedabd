"""One id for all that a request sets off."""

import base64
import json
from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4

import pytest
import structlog
from celery import current_app, shared_task
from celery.app.trace import build_tracer
from django.conf import settings
from django.test import Client
from redis import Redis

from apps.accounts.models import User
from apps.common import request_ids
from apps.common.enqueue import send
from apps.orders.log import log_event
from apps.orders.models import ActivityEntry
from tests.log_lines import captured

BrowserOf = Callable[[User], Client]
ID: Final = "4bf92f3577b34da6-a3ce929d"
HEADERS: Final = {"x-request-id": ID}

log = structlog.get_logger(__name__)
seen: list[str | None] = []


@shared_task(name="tests.note_request")
def note_request() -> None:
    seen.append(request_ids.current())
    log.info("a task ran")


def run_as_a_worker_would(**headers: Any) -> str | None:
    """The id that a task finds whose message carries these headers."""
    task = current_app.tasks["tests.note_request"]
    trace = build_tracer(task.name, task, app=current_app)
    trace(str(uuid4()), (), {}, request={"id": str(uuid4()), "delivery_info": {}, "ignore_result": True, **headers})
    return seen.pop()


def test_the_id_that_came_along_is_told_back() -> None:
    assert Client().get("/healthz", headers=HEADERS)["X-Request-ID"] == ID


def test_without_one_each_request_is_given_its_own() -> None:
    first, second = (Client().get("/healthz")["X-Request-ID"] for _ in range(2))

    assert len(first) == len(second) == 32
    assert first != second


@pytest.mark.parametrize(
    "given", ["", "short", "with space 123", "x" * 65, "line\nbreak-1234", "ünïcode-1234", "<script>1"]
)
def test_what_cannot_be_an_id_is_not_taken_for_one(given: str) -> None:
    answered = Client(HTTP_X_REQUEST_ID=given).get("/healthz")["X-Request-ID"]

    assert (answered != given, len(answered)) == (True, 32)


def test_no_id_is_left_over_when_the_request_is_answered() -> None:
    Client().get("/healthz", headers=HEADERS)

    assert request_ids.current() is None


def test_the_id_holds_until_the_last_byte_of_a_streamed_answer(owner: User, browser_of: BrowserOf) -> None:
    answer: Any = browser_of(owner).get("/activity/export.csv", headers=HEADERS)

    during = {request_ids.current() for _ in answer.streaming_content}
    answer.close()

    assert (during, request_ids.current()) == ({ID}, None)


@pytest.mark.django_db
def test_each_line_of_the_request_bears_it_also_djangos_own() -> None:
    with captured() as lines:
        Client().get("/claim/a-secret-that-nobody-issued/never/", headers=HEADERS)

    (line,) = lines.told("django.request")
    assert (line["request_id"], line["event"]) == (ID, "Not Found: no route")
    assert "a-secret" not in lines.text


def test_a_task_is_sent_with_the_id_and_takes_it_up() -> None:
    with Redis.from_url(settings.BROKER_URL) as broker:
        before = broker.llen("celery")
        request_ids.begin({"HTTP_X_REQUEST_ID": ID})
        try:
            assert send("tests.note_request")
        finally:
            request_ids.end()
        message = json.loads(broker.lpop("celery"))
        assert broker.llen("celery") == before

    assert (
        base64.b64decode(message["body"])
        == b'[[], {}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]'
    )
    assert run_as_a_worker_would(**message["headers"]) == ID
    assert request_ids.current() is None


@pytest.mark.parametrize("carried", [{}, {"request_id": None}, {"request_id": 7}, {"request_id": "a b\n"}])
def test_a_task_that_no_request_sent_has_none(carried: dict[str, Any]) -> None:
    assert run_as_a_worker_would(**carried) is None


def test_a_tasks_lines_bear_the_id_also_celerys_own() -> None:
    with captured() as lines:
        run_as_a_worker_would(request_id=ID)

    (ours,), (celerys,) = lines.told(__name__), lines.told("celery.app.trace")
    assert (ours["request_id"], celerys["request_id"]) == (ID, ID)


@pytest.mark.django_db
def test_what_is_recorded_in_the_activity_log_says_which_request_led_to_it() -> None:
    request_ids.begin({"HTTP_X_REQUEST_ID": ID})
    try:
        log_event("order.delivered", source_key="one")
    finally:
        request_ids.end()
    log_event("order.delivered", source_key="two")

    told, silent = ActivityEntry.objects.order_by("source_key")
    assert told.payload == {"request_id": ID}
    assert silent.payload == {}
    assert (told.message, told.fingerprint) == (silent.message, silent.fingerprint)
