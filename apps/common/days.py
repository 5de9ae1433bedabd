"""Days of the calendar as stretches of time: each begins at midnight where the person is."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def beginning_of(day: date, zone: ZoneInfo) -> datetime:
    """The day's first moment in the zone. Where a clock is put forward over midnight, that of the change."""
    return datetime.combine(day, time.min, tzinfo=zone)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The first moment that no longer belongs to the day: the beginning of the next."""
    return beginning_of(day + timedelta(days=1), zone)
