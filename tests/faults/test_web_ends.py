"""A web server that is asked to end, as with every deployment: what it has begun is answered."""

import http.client
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection, transaction

from tests.running import environment, free_port, running_process, wait_until
from tests.threads import wait_until_somebody_waits

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

PATIENCE_S = 60


def status(port: int, path: str) -> int:
    browser = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        browser.request("GET", path, headers={"Host": "localhost"})
        answer = browser.getresponse()
        assert answer.read()
        return answer.status
    finally:
        browser.close()


def answers(port: int) -> bool:
    try:
        return status(port, "/healthz") == 200
    except OSError:
        return False


def test_a_request_that_has_begun_is_answered_before_the_server_ends(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "web.log"
    command = ["-m", "gunicorn", "--config", "python:activity_project.gunicorn", "activity_project.wsgi"]
    told = environment(BIND=f"127.0.0.1:{port}", WEB_PROCESSES="1")
    with ThreadPoolExecutor(1) as asking, running_process(command, log, told) as web:
        wait_until(lambda: answers(port), "the web server answers")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE products IN ACCESS EXCLUSIVE MODE")
            begun = asking.submit(status, port, "/shop/")
            wait_until_somebody_waits()
            web.terminate()
            wait_until(lambda: "Handling signal: term" in log.read_text(), "the web server knows")

        assert begun.result(PATIENCE_S) == 200
        assert web.wait(PATIENCE_S) == 0
