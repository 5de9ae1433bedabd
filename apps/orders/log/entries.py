"""A log entry before it is written: made of whatever the caller gave, so that PostgreSQL can take it.

What a caller got wrong costs the entry its fine words at most. Faults are collected for a log line, not raised.
"""

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import SystemRandom
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from apps.common import request_ids
from apps.common.identifiers import uuid_v7_at
from apps.orders.event_types import EVENT_TYPES, EventType, Mend, fingerprint, menders_of
from apps.orders.models import Order
from apps.orders.models.activity_log import ATTENTION, MAX_EVENT_TYPE, MAX_SOURCE_KEY, Level

MAX_PAYLOAD_CHARACTERS: Final = 32_000
MAX_VALUE_CHARACTERS: Final = 2_000
MAX_MESSAGE_CHARACTERS: Final = 2_000
_MAX_DEPTH: Final = 12

_chance = SystemRandom()
_encode = DjangoJSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """A row of the log to be. ``occurred_at`` null means: at the moment it is written.

    ``mended`` and ``mended_whenever`` are the fingerprints of the problems that it ends; ``menders`` and
    ``mending_types`` say which entries would have ended it already, for one that is written late.
    """

    id: UUID
    event_type: str
    level: str
    order_id: UUID | None
    payload: str
    message: str
    occurred_at: datetime | None
    fingerprint: str
    source_key: str | None
    mended: tuple[str, ...] = ()
    mended_whenever: tuple[str, ...] = ()
    menders: tuple[str, ...] = ()
    mending_types: tuple[str, ...] = ()

    @property
    def may_come_too_late(self) -> bool:
        """It tells of a problem of the past, which may have been mended since."""
        return self.occurred_at is not None and bool(self.menders)

    def at(self, moment: datetime) -> "NewEntry":
        """The entry with a time of its own, whenever it will be written."""
        return self if self.occurred_at else replace(self, occurred_at=moment)

    def unconfirmed(self) -> "NewEntry":
        """The entry, saying that what it tells of may have been undone with the transaction that told it."""
        remark = _("not confirmed: the database connection was lost")
        payload = json.loads(self.payload) | {"unconfirmed": True}
        return replace(self, payload=_encode(payload), message=f"{self.message} ({remark})")


def build(
    event_type: object,
    *,
    order: object,
    payload: object,
    level: object,
    occurred_at: object,
    source_key: object,
    id: UUID | None = None,
) -> tuple[NewEntry, list[str]]:
    """The entry for what was asked, and what was wrong with the asking. Without an ``id`` it gets one of now."""
    faults: list[str] = []
    known = _known_type(event_type, faults)
    facts, packed = _payload(_with_context(payload, order, faults), faults)
    order_id = _order_id(order, faults)
    key = known.key if known else as_text(event_type, MAX_EVENT_TYPE) or "unknown"
    rank = _level(level, known, faults)
    entry = NewEntry(
        id=id or uuid_v7_at(timezone.now(), _chance),
        event_type=key,
        level=rank,
        order_id=order_id,
        payload=packed,
        message=_message(known, key, facts, faults),
        occurred_at=_moment(occurred_at, faults),
        fingerprint=known.fingerprint(order_id, facts) if known else fingerprint(key, order_id),
        source_key=as_text(source_key, MAX_SOURCE_KEY) or None if source_key is not None else None,
        **(_mending(known, rank, order_id, facts) if known else {}),
    )
    return entry, faults


def _known_type(event_type: object, faults: list[str]) -> EventType | None:
    known = EVENT_TYPES.get(event_type) if isinstance(event_type, str) else None
    if known is None:
        faults.append(f"no event type {as_text(event_type, 100)!r}")
    return known


def _with_context(payload: object, order: object, faults: list[str]) -> Mapping[Any, Any]:
    """The facts, the order's number, so that lists needn't look the orders up, and the request that led here."""
    if payload is not None and not isinstance(payload, Mapping):
        faults.append(f"the payload is a {type(payload).__name__}")
        payload = {"given": payload}
    number = {"order_number": order.number} if isinstance(order, Order) else {}
    request_id = request_ids.current()
    return {**(payload or {}), **number, **({request_ids.KEY: request_id} if request_id else {})}


def _order_id(order: object, faults: list[str]) -> UUID | None:
    if order is None or isinstance(order, UUID):
        return order
    if isinstance(order, Order):
        return order.pk
    try:
        return UUID(as_text(order, 100))
    except ValueError:
        faults.append(f"no order {as_text(order, 100)!r}")
        return None


def _level(level: object, known: EventType | None, faults: list[str]) -> str:
    if level is None:
        return known.level.value if known else Level.WARNING.value
    if level in Level.values:
        return str(level)
    faults.append(f"no level {as_text(level, 100)!r}")
    return known.level.value if known else Level.WARNING.value


def _moment(moment: object, faults: list[str]) -> datetime | None:
    """A time with its zone; one without is taken for UTC."""
    if moment is None or (isinstance(moment, datetime) and moment.tzinfo is not None):
        return moment
    faults.append(f"no time with a zone: {as_text(moment, 100)!r}")
    return moment.replace(tzinfo=UTC) if isinstance(moment, datetime) else None


def _payload(facts: Mapping[Any, Any], faults: list[str]) -> tuple[dict[str, Any], str]:
    """The facts, and their JSON as PostgreSQL takes it."""
    try:
        packed = _encode(facts)
        packed.encode()
        if "\\u0000" not in packed and len(packed) <= MAX_PAYLOAD_CHARACTERS:
            return dict(facts), packed
        raise ValueError("null characters, or too long")
    except Exception as error:  # the boundary to whatever a caller puts into a payload
        faults.append(f"payload: {as_text(error, 200)}")
    clean = {as_text(name, 100): _cleaned(value, 0) for name, value in facts.items()}
    packed = _encode(clean)
    if len(packed) > MAX_PAYLOAD_CHARACTERS:
        clean = dict(_shortened(clean))
        packed = _encode(clean)
    return clean, packed


def _shortened(facts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The first facts that fit, each cut to a bearable length; and that something was left out."""
    room = MAX_PAYLOAD_CHARACTERS - MAX_VALUE_CHARACTERS
    for name, value in facts.items():
        packed = _encode(value)
        kept = value if len(packed) <= MAX_VALUE_CHARACTERS else packed[: MAX_VALUE_CHARACTERS // 2] + "…"
        room -= len(_encode(kept)) + len(name)
        if room > 0:
            yield name, kept
    yield "shortened", True


def _cleaned(value: Any, depth: int) -> Any:
    """The value as JSON knows it, by its text where it isn't any."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else as_text(value, 100)
    if isinstance(value, float):
        return value if math.isfinite(value) else as_text(value, 100)
    if depth < _MAX_DEPTH and isinstance(value, Mapping):
        return {as_text(name, 100): _cleaned(each, depth + 1) for name, each in value.items()}
    if depth < _MAX_DEPTH and isinstance(value, list | tuple | set | frozenset):
        return [_cleaned(each, depth + 1) for each in value]
    return as_text(value, MAX_PAYLOAD_CHARACTERS)


def as_text(value: object, limit: int) -> str:
    """The value as a text that can be shown and stored: no null characters, no halves of surrogate pairs."""
    try:
        text = str(value)
    except Exception:  # objects from anywhere, down to those that can't be shown
        text = f"<{type(value).__name__}>"
    return text[:limit].replace("\0", "").encode("utf-8", "replace").decode()


def _in_the_sites_language() -> AbstractContextManager[None]:
    """Mostly it is in use already, and to look costs less than to switch."""
    if translation.get_language() == settings.LANGUAGE_CODE:
        return nullcontext()
    return translation.override(settings.LANGUAGE_CODE)


def _message(known: EventType | None, key: str, facts: Mapping[str, Any], faults: list[str]) -> str:
    """The line in the site's own language, whoever's request it was."""
    with _in_the_sites_language():
        try:
            said = known.say(facts) if known else _("Unknown event: %s") % key
        except Exception as error:  # a sentence must not cost the entry
            faults.append(f"sentence: {as_text(error, 200)}")
            said = str(known.label) if known else key
    return as_text(said, MAX_MESSAGE_CHARACTERS)


def _mending(
    known: EventType, level: str, order_id: UUID | None, facts: Mapping[str, Any]
) -> dict[str, tuple[str, ...]]:
    """What an entry of that type ends, and what ends it, by the names of its fields."""
    if not known.mends and level not in ATTENTION:
        return {}
    mended = [(_fingerprint_of_problem(mend, order_id, facts), mend.whenever) for mend in known.mends]
    menders = [each for each in menders_of(known.key) if _ends(each, known.key, facts)]
    return {
        "mended": tuple(problem for problem, _ in mended),
        "mended_whenever": tuple(problem for problem, whenever in mended if whenever),
        "menders": tuple(mender.fingerprint(order_id, facts) for mender in menders),
        "mending_types": tuple(mender.key for mender in menders),
    }


def _fingerprint_of_problem(mend: Mend, order_id: UUID | None, facts: Mapping[str, Any]) -> str:
    return EVENT_TYPES[mend.event_type].fingerprint(order_id, {**facts, **mend.told} if mend.told else facts)


def _ends(mender: EventType, problem: str, facts: Mapping[str, Any]) -> bool:
    """Whether the mender, had it come, would have ended the problem with these facts."""
    return any(
        mend.event_type == problem and all(facts.get(name) == value for name, value in mend.told.items())
        for mend in mender.mends
    )
