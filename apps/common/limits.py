"""Limits on how often something may go wrong, counted in the cache that all processes share."""

import time
from hashlib import blake2s
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest

_IPV6_NETWORK_BITS = 64  # what one customer of a provider has to choose addresses from


class Limit(NamedTuple):
    """So many ``times`` within each period of ``seconds``; ``name`` keeps its counts from those of others."""

    name: str
    times: int
    seconds: int

    @transaction.atomic
    def count(self, who: str) -> bool:
        """Counts one more time for ``who``; false where that was one too many.

        Of counts at the same moment, in whatever process, each waits for the one before: none is lost.
        """
        period = int(time.time()) // self.seconds
        key = f"limit:{self.name}:{period}:{blake2s(who.encode(), digest_size=12).hexdigest()}"
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
        times = cache.get(key, 0) + 1
        cache.set(key, times, timeout=self.seconds)
        return bool(times <= self.times)

    def count_request(self, request: HttpRequest) -> bool:
        """Counts one more time for the network that the request comes from; false where that was one too many."""
        return self.count(_network_of(request))

    @property
    def seconds_left(self) -> int:
        """When counting starts anew."""
        return self.seconds - int(time.time()) % self.seconds


def _network_of(request: HttpRequest) -> str:
    """Where the request comes from; empty where that can't be told, as behind a socket: then all count as one."""
    try:
        return network_of(get_adapter().get_client_ip(request))
    except (PermissionDenied, ImproperlyConfigured):
        return ""


def network_of(address: str) -> str:
    """The address, or for IPv6 its network, within which addresses can be changed at will."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, _IPV6_NETWORK_BITS), strict=False))
    return address
