"""Puts a demonstration's orders and their log where they would stand had they happened."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.common.identifiers import uuid_v7_at
from apps.common.progress import track
from apps.orders.backfill.stories import PastEvent, story
from apps.orders.demo.lives import FATES, Life, Opening, Teller, tell
from apps.orders.demo.shop import tell_shop
from apps.orders.log.entries import NewEntry, build
from apps.orders.log.past import Act, happened, mender_of, needs_attention, write_past
from apps.orders.models import Order, OrderLine, Refund, ResolutionKind, SentMail, Shipment
from apps.orders.operations.placing import next_number

ORDERS: Final = 40
DAYS: Final = 35
ORDERS_A_BATCH: Final = 500
# Where the staff of the demonstration has got to with what needs a person.
_LOOKED_AT_AFTER: Final = timedelta(days=4)
_LATE_SHARE: Final = 0.12


def seed_orders(*, orders: int, owners: Sequence[User], staff: User, seed: int, now: datetime) -> int:
    """Adds made-up orders until there are so many; some are the owners', problems were resolved by ``staff``.

    Returns how many orders it added. The same seed tells the same story, for a database without any.
    """
    there = Order.objects.filter(stripe_payment_intent_id__startswith=f"pi_demo_{seed}_").count()
    if there == 0 and orders:
        _write_shop(staff, Random(f"{seed}:shop"), now)
    lives = _lives(range(there, orders), owners, seed, now)
    total = -(-max(orders - there, 0) // ORDERS_A_BATCH)
    for batch in track(iter(lambda: list(islice(lives, ORDERS_A_BATCH)), []), total=total, label="batches of orders"):
        _write(batch, staff, now)
    return max(orders - there, 0)


def _lives(numbers: range, owners: Sequence[User], seed: int, now: datetime) -> Iterator[Life]:
    """Orders of the last weeks, or months where there are many; the first few are the latest."""
    days = max(DAYS, min(len(numbers) // 50, 700))
    for number in numbers:
        chance = Random(f"{seed}:order:{number}")
        ago = timedelta(days=1.5 + number * 0.4) if number < len(FATES) else timedelta(days=days * chance.random())
        opening = Opening(
            name=f"{seed}_{number}",
            at=now - ago - timedelta(minutes=20),
            owner=owners[number % len(owners)] if owners and number % 5 == 0 else None,
        )
        yield tell(_fate(number, chance), opening, chance=chance, now=now)


def _fate(number: int, chance: Random) -> Callable[[Teller], None]:
    if number < len(FATES):
        return FATES[number][0]
    return chance.choices([fate for fate, _ in FATES], [weight for _, weight in FATES])[0]


@transaction.atomic
def _write(lives: Sequence[Life], staff: User, now: datetime) -> None:
    for life in sorted(lives, key=lambda life: life.past.order.created_at):
        life.past.order.number = next_number(life.past.order.created_at)
    Order.objects.bulk_create(life.past.order for life in lives)
    OrderLine.objects.bulk_create(line for life in lives for line in life.lines)
    Shipment.objects.bulk_create(parcel for life in lives for parcel in life.past.parcels)
    Refund.objects.bulk_create(refund for life in lives for refund in life.past.refunds)
    SentMail.objects.bulk_create(mail for life in lives for mail in life.past.mails)
    entries, acts = [], []
    for life in lives:
        order = life.past.order
        events = sorted([*story(life.past), *life.troubles], key=lambda event: event.occurred_at)
        told = _entries(events, order, Random(order.pk.int))
        entries += told
        acts += _acts(told, staff, now)
    _log(entries, acts, now)


@transaction.atomic
def _write_shop(staff: User, chance: Random, now: datetime) -> None:
    entries = _entries(tell_shop(days=DAYS, chance=chance, now=now), None, chance)
    _log(entries, _acts(entries, staff, now), now)


def _entries(events: Iterable[PastEvent], order: Order | None, chance: Random) -> list[NewEntry]:
    return [
        build(
            event.event_type,
            order=order,
            payload=event.payload,
            level=event.level,
            occurred_at=event.occurred_at,
            source_key=event.source_key or None,
            id=uuid_v7_at(event.occurred_at, chance),
        )[0]
        for event in events
    ]


def _acts(entries: Sequence[NewEntry], staff: User, now: datetime) -> list[Act]:
    """What was mended, and what the staff has looked at since."""
    acts: dict[UUID, Act] = {}
    for problem in filter(needs_attention, entries):
        if mender := mender_of(problem, entries):
            act = Act(_beside(mender), ResolutionKind.RECOVERED, happened(mender), mended_by_id=mender.id)
        elif happened(problem) < now - _LOOKED_AT_AFTER:
            at = happened(problem) + timedelta(hours=3)
            act = Act(_beside(problem), ResolutionKind.MANUAL, at, made_by_id=staff.pk)
        else:
            continue
        acts.setdefault(act.id, act).problems.append(problem.id)
    return list(acts.values())


def _beside(entry: NewEntry) -> UUID:
    """An id that follows from the entry's."""
    return uuid_v7_at(happened(entry), Random(entry.id.int))


def _log(entries: Sequence[NewEntry], acts: Sequence[Act], now: datetime) -> None:
    recorded_at = [_recorded_at(entry, now) for entry in entries]
    write_past(entries, acts, backfilled=False, recorded_at=recorded_at)


def _recorded_at(entry: NewEntry, now: datetime) -> datetime:
    """Mostly at once; a few webhooks were hours late."""
    chance = Random(entry.id.int)
    is_late = entry.event_type == "order.delivered" and chance.random() < _LATE_SHARE
    delay = timedelta(hours=chance.uniform(1, 6)) if is_late else timedelta(seconds=chance.uniform(0.1, 3))
    return min(happened(entry) + delay, now)
