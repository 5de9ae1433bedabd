"""Fetching what somebody else's answer names, without being led to where only we can go.

An address in a provider's answer is a stranger's word. It is followed only to hosts that were allowed beforehand, over
HTTPS, to public addresses, with no redirect, within bounds of time and size. Only an origin that the operator wrote
down whole (``http://images:8080``) may be plain HTTP or in the private network.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpcore
import httpx

from apps.common.bounded_http import Asked, Bounds, ExchangeFailed, exchange

HTTPS_PORT = 443
_DEFAULT_PORTS = {"https": HTTPS_PORT, "http": 80}
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last four bytes


class NotAllowed(ExchangeFailed):
    """The address leads to where nothing may be fetched from."""


class NotServed(ExchangeFailed):
    """The server answered, but not with the thing itself: ``status`` says how, a redirect included."""

    def __init__(self, status: int) -> None:
        super().__init__(f"The server answered {status}.")
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where may be fetched from.

    ``hosts``: public hosts, over HTTPS at its own port; ``.example.com`` means every host below example.com.
    ``origins``: scheme, host and port as they are, wherever they lie: ``http://images:8080``.
    """

    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()

    def names(self, url: httpx.URL) -> bool:
        """Whether one of the origins is that of the address."""
        return _origin(url) in {_origin(httpx.URL(origin)) for origin in self.origins}

    def allow(self, url: httpx.URL) -> bool:
        """Whether the address is that of an allowed host."""
        at_home = url.scheme == "https" and _port(url) == HTTPS_PORT
        return at_home and any(_matches(_host(url), host.lower()) for host in self.hosts)


def fetch(address: str, *, sources: Sources, bounds: Bounds) -> bytes:
    """The bytes at the address. Raises NotAllowed, NotServed or another ExchangeFailed."""
    url = _parsed(address)
    is_named = sources.names(url)
    if not is_named and not sources.allow(url):
        raise NotAllowed(f"{_host(url)} isn't among the hosts that may be fetched from.")
    target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    headers = [(b"Host", url.netloc), (b"Accept-Encoding", b"identity"), (b"Connection", b"close")]
    asked = Asked(method="GET", url=target, headers=headers)
    answer = exchange(asked, bounds, choose=list if is_named else public_only)
    if answer.status != 200:
        raise NotServed(answer.status)
    return answer.body


def public_only(addresses: Sequence[str]) -> Sequence[str]:
    """All of the addresses. Raises NotAllowed where one of them isn't public: such a name is up to no good."""
    for address in addresses:
        if not is_public(address):
            raise NotAllowed(f"{address} isn't a public address.")
    return addresses


def is_public(address: str) -> bool:
    """Whether the address is one of the open internet: not private, not this machine's, not a group's."""
    if "%" in address:  # an interface's own
        return False
    ip = _meant(ip_address(address))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _meant(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one wraps, where it wraps one."""
    if isinstance(ip, IPv6Address):
        inside = IPv4Address(ip.packed[-4:]) if ip in _NAT64 else None
        return ip.ipv4_mapped or ip.sixtofour or inside or ip
    return ip


def _parsed(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        raise NotAllowed("That isn't an address.") from None
    if url.scheme not in _DEFAULT_PORTS or not url.raw_host or url.userinfo:
        raise NotAllowed("That isn't a plain web address.")
    return url


def _host(url: httpx.URL) -> str:
    """As it goes over the wire; decoding an international name may fail."""
    return url.raw_host.decode("ascii").lower()


def _port(url: httpx.URL) -> int | None:
    return url.port or _DEFAULT_PORTS.get(url.scheme)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, _host(url), _port(url)


def _matches(host: str, allowed: str) -> bool:
    return host.endswith(allowed) if allowed.startswith(".") else host == allowed
