"""Words and figures for people."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from apps.common import words

NOW = datetime(2026, 11, 21, 14, 12, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "said"), [(-10, "−10"), (300, "+300"), (0, "0"), (-1_234_567, "−1,234,567"), (1000, "+1,000")]
)
def test_an_amount_always_shows_its_sign(amount: int, said: str) -> None:
    assert words.signed(amount) == said


@pytest.mark.parametrize(("amount", "said"), [(1, "1 credit"), (0, "0 credits"), (1234, "1,234 credits")])
def test_credits_are_counted_in_the_right_number(amount: int, said: str) -> None:
    assert words.credits_word(amount) == said


@pytest.mark.parametrize(("amount", "said"), [(-1, "−1 credit"), (-10, "−10 credits"), (300, "+300 credits")])
def test_an_effect_on_the_balance_names_its_unit(amount: int, said: str) -> None:
    assert words.signed_credits_word(amount) == said


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [
        (1200, "GBP", "£12.00"),
        (-50, "eur", "−€0.50"),
        (5, "USD", "$0.05"),
        (1200, "CHF", "12.00 CHF"),
        (900, "JPY", "¥900"),
        (123_456_789, "GBP", "£1,234,567.89"),
    ],
)
def test_money_is_said_in_its_currency(minor: int, currency: str, said: str) -> None:
    assert words.money(minor, currency) == said


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23), "23 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=6, hours=23), "6 days ago"),
        (timedelta(days=7), "14 November 2026"),
        (timedelta(days=-10), "1 December 2026"),
    ],
)
def test_a_time_is_relative_for_a_week_and_a_date_otherwise(age: timedelta, said: str) -> None:
    assert words.relative_time(NOW - age, now=NOW) == said


def test_the_exact_time_is_the_readers_and_names_its_zone() -> None:
    with timezone.override("Europe/London"):
        assert words.exact_time(NOW) == "21 November 2026, 14:12:08 GMT"


def test_the_day_is_the_readers() -> None:
    with timezone.override("Pacific/Auckland"):
        assert words.calendar_date(NOW) == "22 November 2026"


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(milliseconds=340), "340 ms"),
        (timedelta(seconds=4.26), "4.2 s"),
        (timedelta(milliseconds=59_999), "59.9 s"),
        (timedelta(minutes=2, seconds=5), "2 min 5 s"),
        (timedelta(hours=3, minutes=20, seconds=59), "3 h 20 min"),
        (timedelta(seconds=-1), "0 ms"),
    ],
)
def test_a_duration_is_as_exact_as_it_is_short(length: timedelta, said: str) -> None:
    assert words.duration(length) == said
