"""What a made-up shop did by itself: its product sync, which has had better days, and carts that were left."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from apps.orders.backfill.stories import PastEvent

# A provider that the shop really has would mend the demonstration's failures with its next sync.
_PROVIDER: Final = "printful"
_PRODUCTS: Final = 47


def tell_shop(*, days: int, chance: Random, now: datetime) -> list[PastEvent]:
    """What isn't about an order, over so many days; the last sync that worked is a few hours ago."""
    events = [*_syncs(days, chance, now), *_carts(days, chance, now)]
    return sorted(events, key=lambda event: event.occurred_at)


def _syncs(days: int, chance: Random, now: datetime) -> Iterator[PastEvent]:
    for ago in range(days, 0, -1):
        at = now - timedelta(days=ago) + timedelta(hours=12)
        if ago % 11 == 4:
            for again in range(3):
                yield from _sync_that_fails(at - timedelta(minutes=20 * (3 - again)))
        yield from _sync_that_works(at, chance)
    for again in range(6):
        yield from _sync_that_fails(now - timedelta(minutes=25 * (6 - again)))


def _sync_that_works(at: datetime, chance: Random) -> Iterator[PastEvent]:
    updated = chance.choice([0, 0, 1, 3])
    yield _event("sync.started", at, provider=_PROVIDER)
    yield _event("sync.completed", at + timedelta(seconds=9), provider=_PROVIDER, products=_PRODUCTS, updated=updated)


def _sync_that_fails(at: datetime) -> Iterator[PastEvent]:
    yield _event("sync.started", at, provider=_PROVIDER)
    yield _event("sync.failed", at + timedelta(seconds=4), provider=_PROVIDER, reason="API rate limit exceeded")


def _carts(days: int, chance: Random, now: datetime) -> Iterator[PastEvent]:
    for number in range(days // 6):
        at = now - timedelta(days=chance.uniform(1, days))
        about = {"cart_id": str(UUID(int=chance.getrandbits(128))), "recipient": f"guest.{number}@demo.example"}
        yield _event("abandoned_cart.created", at, amount_minor=chance.randrange(12, 90) * 100, currency="GBP", **about)
        yield _event("abandoned_cart.email_sent", at + timedelta(seconds=20), message_id="", **about)


def _event(event_type: str, at: datetime, **payload: object) -> PastEvent:
    """One that nobody can tell twice: a demonstration's shop is told once."""
    return PastEvent(event_type, at, payload, "")
