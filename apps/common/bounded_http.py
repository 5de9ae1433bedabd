"""One HTTP exchange that ends: in time however slowly the other side drips, and in size whatever it sends.

A client's own timeout is per read: a byte a second keeps it waiting for ever. Here each wait is what the deadline
leaves, from the connection to the last byte. No redirect is followed, nothing is unpacked, no proxy is used.
"""

import socket
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from types import MappingProxyType

import httpcore


class ExchangeFailed(Exception):
    """No complete answer came."""


class TookTooLong(ExchangeFailed):
    """The deadline has passed."""


class TooMuch(ExchangeFailed):
    """The answer is larger than it may be."""


class BrokenOff(ExchangeFailed):
    """No connection came about, or it broke, or what came over it wasn't HTTP."""


class Deadline:
    """The moment, so many seconds from now, by which everything has to be over."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def left_s(self) -> float:
        """Seconds until then, more than none. Raises TookTooLong."""
        left = self._end - monotonic()
        if left <= 0:
            raise TookTooLong("The time was up.")
        return left


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What an exchange may take: time, and bytes of the answer's body."""

    deadline: Deadline
    max_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request. Its body, if it has one, is in memory."""

    method: str
    url: httpcore.URL
    headers: Sequence[tuple[bytes, bytes]] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete answer, also one that says no. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    body: bytes = b""


# From the addresses of a host to those that may be connected to; raises where that is none.
ChooseAddresses = Callable[[Sequence[str]], Sequence[str]]


def exchange(asked: Asked, bounds: Bounds, *, choose: ChooseAddresses = lambda addresses: addresses) -> Answer:
    """The answer to a request. Raises ExchangeFailed.

    The host's name is looked up once, and the connection goes to one of the very addresses that ``choose`` let pass:
    a name that changes its mind afterwards changes nothing. Certificates are checked against the name.
    """
    backend = _Backend(bounds.deadline, choose)
    try:
        with (
            httpcore.ConnectionPool(ssl_context=ssl.create_default_context(), network_backend=backend) as pool,
            pool.stream(asked.method, asked.url, headers=list(asked.headers), content=asked.body) as response,
        ):
            return Answer(
                status=response.status,
                headers={name.decode("ascii").lower(): value.decode("latin-1") for name, value in response.headers},
                body=_body(response.iter_stream(), bounds.max_bytes),
            )
    except httpcore.TimeoutException as error:
        raise TookTooLong("The time was up.") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise BrokenOff(str(error) or type(error).__name__) from error


def _body(parts: Iterable[bytes], max_bytes: int) -> bytes:
    body = bytearray()
    for part in parts:
        body += part
        if len(body) > max_bytes:
            raise TooMuch(f"The answer has more than {max_bytes} bytes.")
    return bytes(body)


class _Backend(httpcore.NetworkBackend):
    """Connects to chosen addresses only, and lets nothing last longer than the deadline."""

    def __init__(self, deadline: Deadline, choose: ChooseAddresses) -> None:
        self._deadline = deadline
        self._choose = choose
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure = httpcore.ConnectError(f"{host} has no address.")
        for address in self._choose(_addresses(host, port)):
            try:
                stream = self._sockets.connect_tcp(address, port, self._deadline.left_s(), local_address)
            except httpcore.ConnectError as error:
                failure = error
            else:
                return _Stream(stream, self._deadline)
        raise failure


class _Stream(httpcore.NetworkStream):
    """A connection on which each wait is what the deadline leaves, not what the client's settings say."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left_s())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left_s())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, self._deadline.left_s()), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _addresses(host: str, port: int) -> list[str]:
    """The addresses of a host, in the system's order of preference. The system ends a lookup by a limit of its own."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"{host} isn't known: {error}") from error
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
