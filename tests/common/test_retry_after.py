"""When a server wants to be asked again."""

from datetime import UTC, datetime

import pytest

from apps.common.retry_after import retry_after_s

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        (" 120 ", 120),
        ("Sat, 21 Nov 2026 12:01:30 GMT", 90),
        ("Sat, 21 Nov 2026 12:01:30 -0000", 90),
        ("Sat, 21 Nov 2026 13:01:30 +0100", 90),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("٣", None),
        ("Sat, 99 Nov 2026 11:00:00 GMT", None),
    ],
)
def test_seconds_and_dates_are_understood_and_nothing_else(value: str, seconds: float | None) -> None:
    assert retry_after_s({"retry-after": value}, now=NOW) == seconds


def test_without_the_header_no_time_is_named() -> None:
    assert retry_after_s({}, now=NOW) is None
