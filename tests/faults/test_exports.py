"""A download whose database goes away: the browser must learn that it isn't complete."""

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from apps.accounts.models import User
from tests import running
from tests.conftest import SignedIn

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

SMALL_BUFFER = 4_096


@contextmanager
def download(address: str, user: User) -> Iterator[http.client.HTTPResponse]:
    """The answer to a browser that takes little at a time, so that most of the file is still to be made."""
    browser = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    browser.sock = socket.socket()
    browser.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
    browser.sock.connect(("127.0.0.1", int(address.rpartition(":")[2])))
    browser.request("GET", "/activity/export.csv", headers={"Cookie": SignedIn(user).cookies.output(header="").strip()})
    with browser.getresponse() as answer:
        yield answer
    browser.close()


def end_all_other_sessions() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_file_that_breaks_off_does_not_look_complete(history: User, tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with running.web(log, running.environment()) as address, download(address, history) as answer:
        assert answer.status == 200
        answer.read(1_000)
        end_all_other_sessions()

        with pytest.raises(http.client.IncompleteRead):
            answer.read()
    assert "export_broke_off" in log.read_text()
