"""What one record must be by itself: which fields it has, and what each may hold."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import available_timezones

from apps.common.record_fields import Refused, email, text
from apps.common.record_files import Columns
from apps.credits.models import TransactionType
from apps.generations.models import Quality
from apps.generations.providers.aspect_ratios import ASPECT_RATIOS
from apps.generations.states import Status

MOST_IMAGES = 1_000
MOST_CREDITS = 1_000_000_000
FIRST_YEAR = 2000

Cells = tuple[Any, ...]


class Kind(StrEnum):
    """What a record is about."""

    USER = "user"
    CHARACTER = "character"
    JOB = "job"
    TRANSACTION = "transaction"


class Row(NamedTuple):
    """A record that is sound by itself, in the columns of the staging table of its kind."""

    kind: Kind
    cells: Cells


_FIELDS: Mapping[Kind, frozenset[str]] = {
    Kind.USER: frozenset({"kind", "email", "time_zone"}),
    Kind.CHARACTER: frozenset({"kind", "user", "name", "description"}),
    Kind.JOB: frozenset(
        {
            "kind", "id", "user", "character", "status", "prompt", "quality", "aspect_ratio", "image_count", "seed",
            "credits_used", "created_at", "started_at", "completed_at", "error", "error_code", "model",
            "processing_time_ms",
        }
    ),
    Kind.TRANSACTION: frozenset({"kind", "id", "user", "type", "amount", "job", "description", "created_at", "by"}),
}  # fmt: skip
COLUMNS = Columns(frozenset[str]().union(*_FIELDS.values()), ({"kind"},))

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_ZONES = frozenset(available_timezones())
# Plain texts: to ask an enumeration takes longer than all else about a field.
_FAILED = Status.FAILED.value
_STATUSES = {"completed": Status.COMPLETED.value, "success": Status.COMPLETED.value, "failed": _FAILED}
_CHARGE = TransactionType.GENERATION.value
_ADJUSTMENT = TransactionType.ADMIN_ADJUSTMENT.value
_KINDS = {kind.value: kind for kind in Kind}
_TYPES = frozenset(TransactionType.values)
_QUALITIES = frozenset(Quality.values)
_OF_A_JOB = frozenset({_CHARGE, TransactionType.REFUND.value})


class Judge:
    """Says of each record whether it is sound; nothing may lie later than ``now``."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._by_kind: Mapping[str, Callable[[Mapping[str, Any]], Cells]] = {
            Kind.USER: _user,
            Kind.CHARACTER: _character,
            Kind.JOB: self._job,
            Kind.TRANSACTION: self._transaction,
        }

    def row(self, record: Mapping[str, Any]) -> Row:
        """The record's row. Raises Refused."""
        name = record.get("kind")
        kind = _KINDS.get(name) if isinstance(name, str) else None
        if kind is None:
            raise Refused(f"kind must be one of {', '.join(Kind)}")
        if not record.keys() <= _FIELDS[kind]:
            raise Refused(f"a {kind} has no field {min(record.keys() - _FIELDS[kind])!r}")
        return Row(kind, self._by_kind[kind](record))

    def _job(self, record: Mapping[str, Any]) -> Cells:
        status = _STATUSES.get(text(record, "status", 20))
        if status is None:
            raise Refused("status must be completed or failed: a job still under way can't be taken over")
        error = text(record, "error", 500)
        if (status == _FAILED) != bool(error):
            raise Refused("a failed job says why in error, and no other job has one")
        created, started, completed = self._times(record)
        return (
            _uuid(record, "id"),
            email(record, "user"),
            text(record, "character", 80),
            status,
            *_asked(record),
            _whole(record, "credits_used", 0, MOST_CREDITS),
            created,
            started,
            completed,
            error,
            text(record, "error_code", 40),
            text(record, "model", 100),
            _maybe_whole(record, "processing_time_ms", 10**12),
        )

    def _times(self, record: Mapping[str, Any]) -> tuple[str, str, str]:
        created, completed = self._moment(record, "created_at"), self._moment(record, "completed_at")
        started = self._moment(record, "started_at") if "started_at" in record else created
        if not created <= started <= completed:
            raise Refused("a job is created, then started, then completed")
        first = created.isoformat()
        return first, first if started is created else started.isoformat(), completed.isoformat()

    def _transaction(self, record: Mapping[str, Any]) -> Cells:
        type_ = text(record, "type", 24)
        if type_ not in _TYPES:
            raise Refused(f"type must be one of {', '.join(TransactionType)}")
        if (type_ in _OF_A_JOB) != ("job" in record):
            raise Refused("a generation or refund names its job, and no other transaction does")
        is_adjustment = type_ == _ADJUSTMENT
        if is_adjustment != ("by" in record):
            raise Refused("an adjustment says by whom it was made, and no other transaction does")
        return (
            _uuid(record, "id"),
            email(record, "user"),
            type_,
            _amount(record, type_),
            _uuid(record, "job") if "job" in record else "",
            text(record, "description", 200, least=1 if is_adjustment else 0),
            self._moment(record, "created_at").isoformat(),
            email(record, "by") if is_adjustment else "",
        )

    def _moment(self, record: Mapping[str, Any], name: str) -> datetime:
        try:
            moment = datetime.fromisoformat(text(record, name, 40, least=1))
            in_utc = moment.astimezone(UTC)
        except (ValueError, OverflowError):
            raise Refused(f"{name} isn't a time as ISO 8601 writes it") from None
        if moment.tzinfo is None:
            raise Refused(f"{name} has no time zone")
        if in_utc.year < FIRST_YEAR or in_utc > self._now:
            raise Refused(f"{name} lies before {FIRST_YEAR} or in the future")
        return in_utc


def _user(record: Mapping[str, Any]) -> Cells:
    zone = text(record, "time_zone", 64) or "UTC"
    if zone not in _ZONES:
        raise Refused(f"time_zone {zone!r} isn't in the IANA time zone database")
    return email(record, "email"), zone


def _character(record: Mapping[str, Any]) -> Cells:
    return email(record, "user"), text(record, "name", 80, least=1), text(record, "description", 1_000)


def _amount(record: Mapping[str, Any], type_: str) -> int:
    amount = _whole(record, "amount", -MOST_CREDITS, MOST_CREDITS)
    if not amount or (type_ != _ADJUSTMENT and (amount < 0) != (type_ == _CHARGE)):
        raise Refused(f"amount {amount} doesn't fit {type_}")
    return amount


def _asked(record: Mapping[str, Any]) -> Cells:
    """Prompt, quality, aspect ratio, number of images and seed."""
    quality = text(record, "quality", 16) or Quality.STANDARD.value
    if quality not in _QUALITIES:
        raise Refused(f"quality must be one of {', '.join(Quality)}")
    ratio = text(record, "aspect_ratio", 8) or "1:1"
    if ratio not in ASPECT_RATIOS:
        raise Refused(f"aspect_ratio must be one of {', '.join(ASPECT_RATIOS)}")
    images = _whole(record, "image_count", 1, MOST_IMAGES) if "image_count" in record else 1
    return text(record, "prompt", 4_000), quality, ratio, images, _maybe_whole(record, "seed", 2**63 - 1)


def _maybe_whole(record: Mapping[str, Any], name: str, most: int) -> int | str:
    return _whole(record, name, 0, most) if name in record else ""


def _uuid(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    if not isinstance(value, str) or not _UUID.fullmatch(value := value.strip()):
        raise Refused(f"{name} isn't a UUID" if value else f"{name} is missing")
    return value.lower()


def _whole(record: Mapping[str, Any], name: str, least: int, most: int) -> int:
    """The whole number, also where it is written as a text, as all of a CSV's are."""
    value = record.get(name)
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refused(f"{name} is missing, or isn't a whole number")
    if not least <= value <= most:
        raise Refused(f"{name} must lie between {least} and {most}")
    return value
