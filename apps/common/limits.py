"""Limits on how often something may go wrong, counted in the cache that all processes share."""

import time
from hashlib import blake2s
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from django.core.cache import cache

_IPV6_NETWORK_BITS = 64  # what one customer of a provider has to choose addresses from


class Limit(NamedTuple):
    """So many ``times`` within each period of ``seconds``; ``name`` keeps its counts from those of others."""

    name: str
    times: int
    seconds: int

    def count(self, who: str) -> bool:
        """Counts one more time for ``who``; false where that was one too many.

        Two counts at the same moment may pass for one: the limit slows a flood, it isn't what keeps anyone out.
        """
        period = int(time.time()) // self.seconds
        key = f"limit:{self.name}:{period}:{blake2s(who.encode(), digest_size=12).hexdigest()}"
        times = cache.get(key, 0) + 1
        cache.set(key, times, timeout=self.seconds)
        return bool(times <= self.times)

    @property
    def seconds_left(self) -> int:
        """When counting starts anew."""
        return self.seconds - int(time.time()) % self.seconds


def network_of(address: str) -> str:
    """The address, or for IPv6 its network, within which addresses can be changed at will."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, _IPV6_NETWORK_BITS), strict=False))
    return address
