"""An exchange ends in time, whatever part of the answer is slow, and in size, whatever part is large."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain, repeat
from threading import Thread
from time import sleep

import httpcore
import pytest

from apps.common.bounded_http import Answer, Asked, Bounds, BrokenOff, Deadline, TookTooLong, TooMuch, exchange


@contextmanager
def speaking(words: Callable[[], Iterator[bytes]], *, pause_s: float = 0) -> Iterator[int]:
    """A server that says these words to whoever connects first, with a pause before each; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=_speak, args=(server, words(), pause_s), daemon=True)
        thread.start()
        yield server.getsockname()[1]
    thread.join(timeout=30)


def _speak(server: socket.socket, words: Iterator[bytes], pause_s: float) -> None:
    with suppress(OSError), server.accept()[0] as connection:
        connection.recv(65_536)
        for word in words:
            sleep(pause_s)
            connection.sendall(word)


def asked_of(port: int, *, seconds: float = 20, max_bytes: int = 1_000) -> Answer:
    url = httpcore.URL(scheme="http", host="127.0.0.1", port=port, target="/")
    asked = Asked(method="GET", url=url, headers=[(b"Host", b"here")])
    return exchange(asked, Bounds(deadline=Deadline(seconds), max_bytes=max_bytes))


def test_an_answer_comes_whole_with_its_headers() -> None:
    with speaking(lambda: iter([b"HTTP/1.1 418 No\r\nRetry-After: 3\r\nContent-Length: 2\r\n\r\nhi"])) as port:
        assert asked_of(port) == Answer(status=418, headers={"retry-after": "3", "content-length": "2"}, body=b"hi")


@pytest.mark.parametrize(
    ("start", "then"),
    [
        pytest.param(b"", b"H", id="the status"),
        pytest.param(b"HTTP/1.1 200 OK\r\n", b"X-A: 1\r\n", id="the headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", b" ", id="the body"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", id="the chunks"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", b" ", id="a body without length"),
    ],
)
def test_whatever_drips_is_given_up_in_time(start: bytes, then: bytes) -> None:
    with speaking(lambda: chain([start], repeat(then, 400)), pause_s=0.05) as port, pytest.raises(TookTooLong):
        asked_of(port, seconds=0.4)


@pytest.mark.parametrize(
    ("start", "then", "error"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\n", b"X-A: 1\r\n", BrokenOff, id="headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: ", b"x", BrokenOff, id="a header"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", b" ", TooMuch, id="a body"),
    ],
)
def test_what_has_no_end_is_given_up_early(start: bytes, then: bytes, error: type[Exception]) -> None:
    with speaking(lambda: chain([start], repeat(then * 1_000, 10_000))) as port, pytest.raises(error):
        asked_of(port)


@pytest.mark.parametrize("words", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", b"SSH-2.0-OpenSSH\r\n"])
def test_what_breaks_off_or_is_no_http_is_no_answer(words: bytes) -> None:
    with speaking(lambda: iter([words])) as port, pytest.raises(BrokenOff):
        asked_of(port)


def test_time_that_is_up_starts_nothing() -> None:
    with pytest.raises(TookTooLong):
        asked_of(1, seconds=0)
