"""A download whose database or web process goes away: the browser must learn that it isn't complete."""

import http.client
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from apps.accounts.models import User
from tests import running
from tests.faults.conftest import MORE_THAN_ANY_SOCKET_HOLDS
from tests.faults.outside import signed_in
from tests.faults.reporting import Report

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

SMALL_BUFFER = 4_096


@contextmanager
def download(address: str, user: User) -> Iterator[http.client.HTTPResponse]:
    """The answer to a browser that takes little at a time, so that most of the file is still to be made."""
    browser = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    browser.sock = socket.socket()
    browser.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
    browser.sock.connect(("127.0.0.1", int(address.rpartition(":")[2])))
    browser.request("GET", "/activity/export.csv", headers=signed_in(user))
    with browser.getresponse() as answer:
        yield answer
    browser.close()


def end_all_other_sessions() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_file_that_breaks_off_does_not_look_complete_and_can_be_had_again(
    history: User, tmp_path: Path, report: Report
) -> None:
    log = tmp_path / "web.log"
    with running.web_server(log, running.environment()) as web:
        assert_breaks_off(web.address, history, end_all_other_sessions)
        assert "export_broke_off" in log.read_text()
        assert_breaks_off(web.address, history, web.kill_workers)

        with download_when_it_is_back(web.address, history) as answer:
            lines = answer.read().count(b"\n")
    assert lines == 1 + MORE_THAN_ANY_SOCKET_HOLDS
    report(f"broken off by the database and by a killed web process, then whole: {lines} lines")


def assert_breaks_off(address: str, user: User, strike: Callable[[], None]) -> None:
    with download_when_it_is_back(address, user) as answer:
        assert answer.status == 200
        answer.read(1_000)
        strike()

        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            answer.read()


@contextmanager
def download_when_it_is_back(address: str, user: User) -> Iterator[http.client.HTTPResponse]:
    """A worker that was killed is followed by another."""
    running.wait_until(lambda: running.answers(address), "the web server answers")
    with download(address, user) as answer:
        yield answer
