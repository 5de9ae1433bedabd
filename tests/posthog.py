"""A PostHog on this machine: it speaks the capture protocol, keeps what it is told, and misbehaves when asked to."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Final

KEY: Final = "phc_for_tests"
PATIENCE_S: Final = 60.0  # only a broken test waits this long


class PostHog:
    """What was captured, and how the next requests are answered."""

    def __init__(self) -> None:
        self.batches: list[dict[str, Any]] = []
        self.connections = 0
        self.status, self.body = 200, b'{"status": "Ok"}'
        self.received = Event()
        self.may_answer = Event()
        self.may_answer.set()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.posthog = self

    @property
    def host(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for batch in self.batches for event in batch["batch"]]

    def told(self, event: str) -> list[dict[str, Any]]:
        """Our own properties of every such event; PostHog's client adds some of its own, which begin with ``$``."""
        return [_own(each["properties"]) for each in self.events if each["event"] == event]

    @contextmanager
    def holding_its_answers(self) -> Iterator[None]:
        """Within the block requests are taken and not answered."""
        self.may_answer.clear()
        self.received.clear()
        try:
            yield
        finally:
            self.may_answer.set()

    @contextmanager
    def running(self) -> Iterator["PostHog"]:
        with self._server:
            thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            try:
                yield self
            finally:
                self.may_answer.set()
                self._server.shutdown()
                thread.join()


class _Server(ThreadingHTTPServer):
    posthog: PostHog
    daemon_threads = True

    def verify_request(self, request: Any, client_address: Any) -> bool:
        self.posthog.connections += 1
        return True


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        posthog, body = self.server.posthog, self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/batch/" or self.headers["Content-Encoding"] != "gzip":
            return self._answer(400, b"{}")
        posthog.batches.append(json.loads(gzip.decompress(body)))
        posthog.received.set()
        posthog.may_answer.wait(PATIENCE_S)
        return self._answer(posthog.status, posthog.body)

    def _answer(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:  # who asked has stopped waiting
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the test says what went wrong."""


def _own(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if not name.startswith("$")}
