"""What one record must be by itself."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.common.record_fields import Refused
from apps.generations.importing.rows import COLUMNS, Judge, Kind

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ID, OTHER_ID = "5f0c3f3e-3f57-4c1e-9d5a-0d7a3c1f0001", "5f0c3f3e-3f57-4c1e-9d5a-0d7a3c1f0002"
AT, LATER = "2025-03-01T10:15:00Z", "2025-03-01T10:15:20+00:00"
JOB = {
    "kind": "job", "id": ID, "user": "mia@example.com", "status": "completed", "credits_used": 4, "created_at": AT,
    "completed_at": LATER,
}  # fmt: skip
CHARGE = {
    "kind": "transaction", "id": ID, "user": "mia@example.com", "type": "generation", "amount": -4, "job": OTHER_ID,
    "created_at": AT,
}  # fmt: skip
BONUS = {**{name: CHARGE[name] for name in CHARGE if name != "job"}, "type": "bonus", "amount": 5}


def reason(record: dict[str, Any]) -> str:
    """Why the record is refused; empty where it isn't."""
    try:
        Judge(NOW).row(record)
    except Refused as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize("record", [JOB, CHARGE, BONUS, {"kind": "user", "email": "MIA@example.com"}])
def test_a_sound_record_is_taken(record: dict[str, Any]) -> None:
    assert reason(record) == ""


def test_an_address_is_told_apart_by_its_letters_alone() -> None:
    assert Judge(NOW).row({"kind": "user", "email": " Mia@Example.com "}).cells[0] == "mia@example.com"


def test_numbers_may_be_texts_as_a_csv_has_them() -> None:
    assert reason(JOB | {"credits_used": "4", "image_count": "2"}) == ""


@pytest.mark.parametrize(
    ("record", "about"),
    [
        ({}, "kind"),
        ({"kind": "order"}, "kind"),
        ({"kind": ["job"]}, "kind"),
        (JOB | {"colour": "red"}, "colour"),
        (JOB | {"id": "17"}, "id"),
        (JOB | {"id": ID + "\n0"}, "id"),
        (JOB | {"user": "mia"}, "user"),
        (JOB | {"status": "queued"}, "under way"),
        (JOB | {"status": "failed"}, "error"),
        (JOB | {"error": "Busy."}, "error"),
        (JOB | {"created_at": "2025-03-01T10:15:00"}, "no time zone"),
        (JOB | {"created_at": "yesterday"}, "ISO 8601"),
        (JOB | {"created_at": 1700000000}, "text"),
        (JOB | {"created_at": "0001-01-01T00:00:00+23:59"}, "created_at"),
        (JOB | {"completed_at": "2027-01-01T00:00:00Z"}, "future"),
        (JOB | {"created_at": LATER, "completed_at": AT}, "created, then"),
        (JOB | {"credits_used": True}, "credits_used"),
        (JOB | {"credits_used": 1.5}, "credits_used"),
        (JOB | {"credits_used": 10**30}, "credits_used"),
        (JOB | {"image_count": 0}, "image_count"),
        (JOB | {"quality": "best"}, "quality"),
        (JOB | {"aspect_ratio": "7:1"}, "aspect_ratio"),
        (JOB | {"prompt": "a" * 4001}, "prompt"),
        (CHARGE | {"type": "gift"}, "type"),
        (CHARGE | {"amount": 4}, "doesn't fit"),
        (CHARGE | {"amount": 0}, "doesn't fit"),
        (BONUS | {"amount": -5}, "doesn't fit"),
        (BONUS | {"job": ID}, "names its job"),
        ({name: CHARGE[name] for name in CHARGE if name != "job"}, "names its job"),
        ({"kind": "user", "email": "mia@example.com", "time_zone": "Mars"}, "time_zone"),
        ({"kind": "character", "user": "mia@example.com", "name": " "}, "name"),
    ],
)
def test_what_is_wrong_is_named(record: dict[str, Any], about: str) -> None:
    assert about in reason(record)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.sampled_from([ID, AT]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    kind=st.sampled_from([kind.value for kind in Kind]) | ANYTHING,
    changes=st.dictionaries(st.sampled_from(sorted(COLUMNS.known)), ANYTHING, max_size=4),
    sound=st.sampled_from([JOB, CHARGE, BONUS, {}]),
)
def test_no_record_whatever_fails_otherwise_than_with_a_reason(
    kind: object, changes: dict[str, Any], sound: dict[str, Any]
) -> None:
    reason({**sound, "kind": kind, **changes})
