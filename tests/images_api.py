"""An Images API on this machine: it speaks what the official client does, and misbehaves when asked to."""

import json
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Event, Thread
from time import sleep
from typing import Any, Final, TypeAlias

from PIL import Image

KEY: Final = "sk-for-tests"
PATIENCE_S: Final = 60.0  # only a broken test waits this long
SHRUNK = 8  # pictures are smaller than asked by this, so that a test is quick


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer as it goes over the wire."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    # The length it claims to have, where that is a lie.
    claims: int | None = None
    # A byte at a time, with so long between them.
    drips_every_s: float = 0


Asked: TypeAlias = dict[str, Any]
Answering: TypeAlias = Callable[[Asked], Reply]


class ImagesApi:
    """What was asked, and how the next requests are answered."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.asked: list[Asked] = []
        self.keys: list[str] = []
        self.fetched: list[str] = []
        self.answering: Answering = pictures
        self.files: dict[str, Reply] = {}
        self.may_answer = Event()
        self.may_answer.set()
        self._server = _Server((host, 0), _Handler)
        self._server.api = self

    def speak_tls(self, certificate: ssl.SSLContext) -> None:
        """From now on, with that certificate."""
        self._server.socket = certificate.wrap_socket(self._server.socket, server_side=True)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def base_url(self) -> str:
        return f"{self.origin}/v1"

    def answers(self, *replies: Reply) -> None:
        """The next requests get these, one each, and the last of them for ever."""
        waiting = list(replies)
        self.answering = lambda _: waiting.pop(0) if len(waiting) > 1 else waiting[0]

    @contextmanager
    def holding_its_answers(self) -> Iterator[None]:
        """Within the block requests are taken and not answered."""
        self.may_answer.clear()
        try:
            yield
        finally:
            self.may_answer.set()

    @contextmanager
    def running(self) -> Iterator["ImagesApi"]:
        with self._server:
            thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            try:
                yield self
            finally:
                self.may_answer.set()
                self._server.shutdown()
                thread.join()


def pictures(asked: Asked) -> Reply:
    """As the API answers: so many pictures as were asked for, within the answer."""
    content = b64encode(drawn(asked["size"])).decode()
    return listing([{"b64_json": content}] * asked["n"])


def listing(results: list[dict[str, str]]) -> Reply:
    """An answer that lists these results."""
    return as_json({"created": 1_763_712_000, "data": results})


def error(status: int, *, code: str | None = None, headers: Mapping[str, str] | None = None) -> Reply:
    """An error in the API's form."""
    words = {"message": "sk-for-tests was not welcome.", "type": "invalid_request_error", "param": None, "code": code}
    return as_json({"error": words}, status=status, headers=headers or {})


def as_json(content: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """An answer in JSON."""
    told = {"Content-Type": "application/json", **(headers or {})}
    return Reply(status=status, body=json.dumps(content).encode(), headers=told)


@cache
def drawn(size: str, format: str = "JPEG") -> bytes:
    """A picture of that size, written as the API does, only smaller."""
    width, height = (int(side) // SHRUNK for side in size.split("x"))
    file = BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(file, format)
    return file.getvalue()


class _Server(ThreadingHTTPServer):
    api: ImagesApi
    daemon_threads = True
    request_queue_size = 64


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        api, body = self.server.api, self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/v1/images/generations":
            return self._send(error(404))
        api.keys.append(self.headers["Authorization"])
        api.asked.append(json.loads(body))
        api.may_answer.wait(PATIENCE_S)
        return self._send(api.answering(api.asked[-1]))

    def do_GET(self) -> None:
        api = self.server.api
        api.fetched.append(self.path)
        api.may_answer.wait(PATIENCE_S)
        self._send(api.files.get(self.path, Reply(status=404)))

    def _send(self, reply: Reply) -> None:
        try:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) if reply.claims is None else reply.claims))
            self.end_headers()
            self._send_body(reply)
        except OSError:  # who asked has stopped waiting
            self.close_connection = True
        self.close_connection = self.close_connection or reply.claims is not None

    def _send_body(self, reply: Reply) -> None:
        if not reply.drips_every_s:
            self.wfile.write(reply.body)
            return
        for byte in reply.body:
            self.wfile.write(bytes([byte]))
            sleep(reply.drips_every_s)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the test says what went wrong."""
