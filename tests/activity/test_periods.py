"""Which days a statement's address asks for."""

from datetime import date

import pytest

from apps.activity.periods import Period, PeriodQuery, month_of

TODAY = date(2026, 11, 21)
THIS_MONTH = Period(date(2026, 11, 1), date(2026, 11, 30))


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ({}, "2026-11-01", "2026-11-30"),
        ({"month": ""}, "2026-11-01", "2026-11-30"),
        ({"month": "2024-02"}, "2024-02-01", "2024-02-29"),
        ({"month": "2026-12"}, "2026-12-01", "2026-12-31"),
        ({"from": "2026-01-15", "to": "2026-02-14"}, "2026-01-15", "2026-02-14"),
        ({"from": "2026-01-15", "to": "2026-01-15", "month": "2024-02"}, "2026-01-15", "2026-01-15"),
    ],
    ids=str,
)
def test_a_month_or_two_dates_are_a_period(query: dict[str, str], first: str, last: str) -> None:
    asked = PeriodQuery(query, TODAY)

    assert asked.period == Period(date.fromisoformat(first), date.fromisoformat(last))
    assert asked.notices == []


@pytest.mark.parametrize(
    "query",
    [
        {"month": "2026-13"},
        {"month": "November"},
        {"month": "1999-12"},
        {"month": "9999-12"},
        {"month": "2026-11\x00"},
        {"from": "2026-02-30", "to": "2026-03-01"},
        {"from": "2026-03-02", "to": "2026-03-01"},
        {"from": "2026-03-02"},
        {"to": "2026-03-02"},
    ],
    ids=str,
)
def test_anything_else_is_this_month_with_a_notice(query: dict[str, str]) -> None:
    asked = PeriodQuery(query, TODAY)

    assert asked.period == THIS_MONTH
    assert len(asked.notices) == 1


def test_months_follow_each_other_over_the_years_turn() -> None:
    december = month_of(date(2025, 12, 31))

    assert december.month_after == month_of(date(2026, 1, 1))
    assert december.month_after.month_before == december
    assert december.is_month
    assert not Period(date(2025, 12, 1), date(2025, 12, 30)).is_month
