"""Cursors as texts, and the range of rows after one."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.common import keyset
from apps.common.keyset import BadCursor
from apps.generations.models import Character
from tests.factories import CharacterFactory

NAMES = ("a", "b")
ID = UUID("0198f3a2-0000-7000-8000-000000000001")


def packed(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode()


@given(parts=st.fixed_dictionaries({name: st.text(max_size=60) for name in NAMES}))
def test_a_cursor_comes_back_as_it_was_packed(parts: dict[str, str]) -> None:
    assert keyset.decode(keyset.encode(parts), NAMES) == parts


@given(parts=st.fixed_dictionaries({name: st.text(max_size=60) for name in NAMES}))
def test_a_cursor_fits_an_address_without_quoting(parts: dict[str, str]) -> None:
    assert set(keyset.encode(parts)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(
    text=st.text()
    | st.text(alphabet="eyJhIjoiIn0=-_\x00 ")
    | st.binary().map(lambda raw: urlsafe_b64encode(raw).decode())
)
def test_any_text_is_a_cursor_or_a_bad_one(text: str) -> None:
    try:
        parts = keyset.decode(text, NAMES)
    except BadCursor:
        return
    assert set(parts) == set(NAMES)


@pytest.mark.parametrize(
    "value",
    [
        None, 1, "a", [], ["a", "b"], {}, {"a": "1"}, {"a": "1", "b": None}, {"a": "1", "b": 2}, {"a": "1", "b": ["2"]},
        {"a": "1", "b": "2", "c": "3"}, {"a": {"b": "1"}, "b": "2"},
    ],
)  # fmt: skip
def test_other_parts_or_types_make_a_bad_cursor(value: object) -> None:
    with pytest.raises(BadCursor):
        keyset.decode(packed(value), NAMES)


@pytest.mark.parametrize(
    "text", ["", "x", "====", "\x00", "é", "A" * 10_000, packed({"a": "1", "b": "2"})[:-6], packed("[" * 500)]
)
def test_a_text_that_was_cut_off_or_blown_up_is_a_bad_cursor(text: str) -> None:
    with pytest.raises(BadCursor):
        keyset.decode(text, NAMES)


def test_a_deeply_nested_cursor_is_a_bad_one() -> None:
    with pytest.raises(BadCursor):
        keyset.decode(urlsafe_b64encode(b"[" * 2_000).decode(), NAMES)


def test_a_bad_cursor_says_what_to_do() -> None:
    assert "Start again from the first page" in str(BadCursor())


def test_a_time_is_read_as_utc() -> None:
    assert keyset.read_time("2026-11-21T14:12:08.000001+02:00") == datetime(2026, 11, 21, 12, 12, 8, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "", "now", "infinity", "2026-11-21", "2026-11-21T14:12:08", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-12:00", "\x00", "\ud800",
    ],
)  # fmt: skip
def test_a_time_without_zone_or_at_the_calendars_ends_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        keyset.read_time(text)


@pytest.mark.parametrize("text", ["", "1", "x" * 32, str(ID)[:-1], "\x00" * 32, "\ud800" * 32])
def test_what_is_no_uuid_is_refused(text: str) -> None:
    assert keyset.read_uuid(str(ID)) == ID
    with pytest.raises(BadCursor):
        keyset.read_uuid(text)


def test_the_rows_before_another_are_those_after_it_in_descending_order(owner: User) -> None:
    for name in ("Ada", "Luna", "Luna B", "Mia"):
        CharacterFactory.create(user=owner, name=name)
    ordered = Character.objects.order_by("-created_at", "-id")
    second = ordered[1]

    rest = keyset.before(ordered, ("created_at", "id"), (second.created_at, second.pk))

    assert list(rest) == list(ordered[2:])


def test_rows_are_compared_as_one_value_which_an_index_can_answer(owner: User) -> None:
    rows = keyset.before(Character.objects.all(), ("created_at", "id"), (datetime.now(UTC), ID))

    assert '("characters"."created_at", "characters"."id") <' in str(rows.query).replace("ROW", "")
