"""A web server that is asked to end, as with every deployment: what it has begun is answered."""

import http.client
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection, transaction

from activity_project.healthy import server
from tests.project.machine import children
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


def test_what_waits_in_the_socket_is_answered_before_the_server_ends(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    listens = f"unix:{tmp_path}/web.sock"
    command = ["-m", "gunicorn", "--config", "python:activity_project.gunicorn", "activity_project.wsgi"]
    with running_process(command, log, environment(BIND=listens, WEB_PROCESSES="1")) as web:
        wait_until(lambda: posted(listens) == 404, "the web server answers")
        (worker,) = children(web.pid)
        with ThreadPoolExecutor(8) as asking:
            os.kill(worker, signal.SIGSTOP)
            waiting = [asking.submit(posted, listens) for _ in range(8)]
            wait_until(lambda: waiting_in(tmp_path / "web.sock") == 8, "all of them wait")
            web.terminate()
            wait_until(lambda: not (tmp_path / "web.sock").exists(), "nobody else finds the socket")
            os.kill(worker, signal.SIGCONT)

            assert [answer.result(PATIENCE_S) for answer in waiting] == [404] * 8
        assert web.wait(PATIENCE_S) == 0


def posted(listens: str) -> int:
    """The status that a POST to nowhere gets; 0 where nobody listens."""
    browser = server(listens)
    try:
        browser.request("POST", "/nowhere/", headers={"Host": "localhost"})
        return browser.getresponse().status
    except OSError:
        return 0
    finally:
        browser.close()


def waiting_in(socket: Path) -> int:
    """How many have connected to it whom nobody has taken yet: the kernel has them as connecting."""
    ours = [line.split() for line in Path("/proc/net/unix").read_text().splitlines() if line.endswith(f" {socket}")]
    return sum(line[5] == "02" for line in ours)
