"""A provider's API on this machine: it keeps what it is asked, and answers what the test has laid out."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit


class Asked(NamedTuple):
    """A request; ``body`` is JSON or a form, by its type, of what came as ``raw``."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: Any
    raw: bytes = b""


class Answer(NamedTuple):
    """What is answered; ``body`` as it is when it is text or bytes, else as JSON."""

    body: Any = ""
    status: int = 200
    headers: Mapping[str, str] = {}


class StandIn:
    """Answers each request with the next of its answers, and 500 when none is left."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[Answer] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.stand_in = self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answering(self, *answers: Answer) -> None:
        self.answers += answers

    def answer_to(self, asked: Asked) -> Answer:
        """What is answered; one that has a memory says so itself."""
        return self.answers.pop(0) if self.answers else Answer("nothing laid out", 500)

    @contextmanager
    def running(self) -> Iterator["StandIn"]:
        with self._server:
            thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            try:
                yield self
            finally:
                self._server.shutdown()
                thread.join()


class _Server(ThreadingHTTPServer):
    stand_in: StandIn
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        stand_in, address = self.server.stand_in, urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        query, headers = dict(parse_qsl(address.query)), dict(self.headers)
        asked = Asked(self.command, address.path, query, headers, self._read(raw.decode()), raw)
        stand_in.asked.append(asked)
        answer = stand_in.answer_to(asked)
        text = answer.body if isinstance(answer.body, str | bytes) else json.dumps(answer.body)
        body = text if isinstance(text, bytes) else text.encode()
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(body)), **answer.headers}.items():
            self.send_header(name, value)
        with suppress(ConnectionError):  # who asked was killed
            self.end_headers()
            self.wfile.write(body)

    def _read(self, text: str) -> Any:
        if self.headers.get("Content-Type", "").startswith("application/json"):
            return json.loads(text)
        return dict(parse_qsl(text))

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the test says what went wrong."""
