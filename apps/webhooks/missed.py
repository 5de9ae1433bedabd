"""Events of Stripe's that never reached us: they can be read again for 30 days, and go through the same inbox.

Which ones were missed needn't be known: all of a time are given to the inbox, which stores those that it doesn't have.
How far the time was read is noted after each stretch of it, so that a long absence is made up for bit by bit.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings

from apps.common.stripe_calls import called
from apps.webhooks import inbox, registry
from apps.webhooks.models import EventReading
from apps.webhooks.stripe import Stripe

# An event may be listed some time after it happened.
OVERLAP: Final = timedelta(minutes=10)
# When nothing was ever read: as long as Stripe itself tries.
FIRST_TIME: Final = timedelta(days=3)
KEPT_FOR: Final = timedelta(days=30)
STRETCH: Final = timedelta(days=1)
A_PAGE: Final = 100
# Stripe takes no more; then all types are read.
MOST_TYPES: Final = 20


def fetch_missed(now: datetime) -> int:
    """Reads Stripe's events since the last time and stores those that aren't here; how many those were.

    Does nothing without a key. Raises ProviderError; what was stored by then stays, and the next reading goes on.
    """
    if not settings.STRIPE_SECRET_KEY:
        return 0
    stored = 0
    since = _read_until(now)
    while since < now:
        until = min(since + STRETCH, now)
        stored += sum(_store(event) for event in _events(since - OVERLAP, until))
        EventReading.objects.update_or_create(provider=Stripe.name, defaults={"read_until": until})
        since = until
    return stored


def _read_until(now: datetime) -> datetime:
    """A clock that ran ahead and was set back leaves a time that is still to come, up to which nothing was read."""
    reading = EventReading.objects.filter(provider=Stripe.name).first()
    if reading is None:
        return now - FIRST_TIME
    known = reading.read_until if reading.read_until < now else now - OVERLAP
    return max(known, now - KEPT_FOR)


def _events(since: datetime, until: datetime) -> Iterator[Mapping[str, Any]]:
    """Those created in that time, the newest first, as the API gives them."""
    params: dict[str, Any] = {
        "limit": A_PAGE,
        "created": {"gte": int(since.timestamp()), "lte": int(until.timestamp())},
    }
    types = registry.types_of(Stripe.name)
    params |= {"types": types} if len(types) <= MOST_TYPES else {}
    has_more = True
    while has_more:
        page = _page(params)
        yield from page["data"]
        has_more = bool(page["has_more"] and page["data"])
        if has_more:
            params["starting_after"] = page["data"][-1]["id"]


def _page(params: Mapping[str, Any]) -> Mapping[str, Any]:
    answer = called(lambda client: client.raw_request("get", "/v1/events", **params))
    page: Mapping[str, Any] = answer.data
    return page


def _store(event: Mapping[str, Any]) -> bool:
    """Signed by nobody, because we asked for it ourselves."""
    stored = inbox.store(
        provider=Stripe.name, envelope=Stripe().envelope(event), body=json.dumps(event).encode(), headers={}
    )
    return stored is not None
