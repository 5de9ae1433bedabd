"""The header `Retry-After` (RFC 9110, 10.2.3): seconds, or a date."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after_s(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """How many seconds from now the server wants to be left alone; None where it names no time that can be read."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:  # "-0000" says UTC, and that the zone isn't known
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
