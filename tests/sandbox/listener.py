"""A listener in the product's place: takes webhooks, keeps them as they came, and answers what it is told to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.running import wait_until


@dataclass(frozen=True, slots=True)
class Heard:
    """One webhook as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told

    @property
    def topic(self) -> str:
        """What it is about; mail says it by another name."""
        return str(self.json.get("type") or self.json["RecordType"])


class Listener:
    """What was heard, in order; ``answers`` are the statuses of the next answers, 200 when none are left."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answers: list[int] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.listener = self

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def topics(self) -> list[str]:
        return [each.topic for each in self.heard]

    def wait_for(self, topic: str, *, times: int = 1) -> Heard:
        """The webhook of this topic that makes it so many, as soon as it is heard."""
        wait_until(lambda: self.topics().count(topic) >= times, f"{topic} is heard {times} times")
        return [each for each in self.heard if each.topic == topic][times - 1]

    def forget(self) -> None:
        self.heard.clear()
        self.answers.clear()

    @contextmanager
    def running(self) -> Iterator[Listener]:
        with self._server:
            thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            try:
                yield self
            finally:
                self._server.shutdown()
                thread.join()


class _Server(ThreadingHTTPServer):
    listener: Listener
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        listener, body = self.server.listener, self.rfile.read(int(self.headers["Content-Length"]))
        listener.heard.append(Heard(self.path, dict(self.headers.items()), body))
        self.send_response(listener.answers.pop(0) if listener.answers else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the test says what went wrong."""
