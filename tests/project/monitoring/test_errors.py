"""Reports of errors: they reach a server that speaks Sentry's protocol, and say nothing about anybody."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from activity_project import embedded
from tests.project.monitoring.breaking import WORD

PATIENCE_S = 60.0


class Sentry(ThreadingHTTPServer):
    """Takes envelopes and keeps them."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.envelopes: list[str] = []

    @property
    def dsn(self) -> str:
        return f"http://public-key@127.0.0.1:{self.server_address[1]}/7"

    @property
    def events(self) -> list[dict[str, Any]]:
        """An envelope is lines of JSON: about itself, about an item, the item."""
        return [json.loads(envelope.splitlines()[2]) for envelope in self.envelopes]


class _Handler(BaseHTTPRequestHandler):
    server: Sentry

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        packed = self.headers.get("Content-Encoding") == "gzip"
        self.server.envelopes.append((gzip.decompress(body) if packed else body).decode())
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the test says what went wrong."""


@pytest.fixture
def sentry() -> Iterator[Sentry]:
    with Sentry() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def break_over(*parts: str, dsn: str = "") -> str:
    """What the process said, the last line of which is whether Sentry's client was loaded."""
    command = [sys.executable, "-m", "tests.project.monitoring.breaking", *parts]
    environment = os.environ | {"SENTRY_DSN": dsn}
    ended = subprocess.run(
        command, cwd=embedded.PROJECT, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=True
    )
    return ended.stdout.strip()


def test_what_breaks_is_reported_without_a_word_about_anybody(sentry: Sentry) -> None:
    assert break_over("page", "task", dsn=sentry.dsn) == "True"

    kinds = {each["type"] for event in sentry.events for each in event.get("exception", {}).get("values", [])}
    assert {"LookupError", "ValueError", "ArithmeticError"} <= kinds
    assert WORD not in "".join(envelope.replace(f'WORD = \\"{WORD}\\"', "") for envelope in sentry.envelopes)


def test_a_report_says_which_page_broke_in_which_request(sentry: Sentry) -> None:
    break_over("page", dsn=sentry.dsn)

    (event,) = sentry.events
    assert (event["transaction"], event["request"]) == ("/claim/{token}/", {"method": "POST"})
    assert event["tags"]["request_id"] == "an-id-of-a-request"
    assert event["exception"]["values"][-1]["value"] == "nothing for [e-mail]"


def test_without_an_address_nothing_is_loaded() -> None:
    assert break_over() == "False"
