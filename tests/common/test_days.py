"""Days where clocks are put forward and back over midnight, and one that never was."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.common.days import beginning_of, end_of

INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("zone", "day", "begins", "hours"),
    [
        ("UTC", date(2026, 11, 1), "2026-11-01T00:00", 24),
        ("Europe/London", date(2024, 3, 31), "2024-03-31T00:00", 23),
        ("Europe/London", date(2024, 10, 27), "2024-10-26T23:00", 25),
        ("Africa/Cairo", date(2024, 4, 26), "2024-04-25T22:00", 23),  # there is no midnight that day
        ("America/Havana", date(2024, 11, 3), "2024-11-03T04:00", 25),  # and here there are two
        ("Asia/Kathmandu", date(2026, 1, 1), "2025-12-31T18:15", 24),
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00", 0),  # skipped to the other side of the date line
    ],
)
def test_a_day_begins_at_its_first_moment(zone: str, day: date, begins: str, hours: int) -> None:
    place = ZoneInfo(zone)
    first, after = beginning_of(day, place).astimezone(UTC), end_of(day, place).astimezone(UTC)

    assert first == datetime.fromisoformat(begins).replace(tzinfo=UTC)
    assert after - first == timedelta(hours=hours)
    if hours:
        assert first.astimezone(place).date() == (after - INSTANT).astimezone(place).date() == day
    assert (first - INSTANT).astimezone(place).date() < day < after.astimezone(place).date()
