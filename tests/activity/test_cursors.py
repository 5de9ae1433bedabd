"""The timeline's cursors: whatever is made of them, they narrow the reader's own rows and break nothing."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.activity.filters import EVERYTHING, DateRange, TimelineFilters, Type
from apps.activity.items import Position, SourceType
from apps.activity.timeline import Cursor, Timeline, Walk, read_snapshot
from apps.common.keyset import BadCursor
from apps.generations.states import Status
from tests.factories import with_credits

pytestmark = pytest.mark.django_db

NOW = timezone.now()
CURSOR = Cursor(Position(NOW, SourceType.GENERATION_JOB, uuid4()), Walk(NOW, "10:20:12,15", None))
OTHER_FILTERS = (
    TimelineFilters(range=DateRange.LAST_7_DAYS),
    TimelineFilters(first_day=date(2026, 1, 1)),
    TimelineFilters(last_day=date(2026, 1, 1)),
    TimelineFilters(type=Type.CREDITS),
    TimelineFilters(character_id=uuid4()),
    TimelineFilters(status=Status.FAILED),
    TimelineFilters(zone=ZoneInfo("Asia/Kathmandu")),
)
FAR_EAST = TimelineFilters(range=DateRange.LAST_7_DAYS, zone=ZoneInfo("Pacific/Kiritimati"))
quick = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])

times = st.datetimes(timezones=st.just(ZoneInfo("UTC"))).map(lambda moment: moment.isoformat())
hostile = st.text(max_size=40) | st.sampled_from(["\x00", "'; DROP TABLE users; --", "\ud800", "9" * 400, "infinity"])
numbers = st.integers(-1, 2**65).map(str)
snapshots = st.builds("{}:{}:{}".format, numbers, numbers, st.lists(numbers, max_size=4).map(",".join)) | st.just(
    "1:9:3,5"
)
parts = st.fixed_dictionaries(
    {
        "t": times | hostile,
        "s": st.sampled_from(SourceType) | hostile,
        "i": st.uuids().map(str) | hostile,
        "a": times | hostile,
        "x": snapshots | hostile,
        "d": st.just("") | times | hostile,
        "f": st.just(EVERYTHING.fingerprint),
    }
)


def packed(values: object) -> str:
    return urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def unpacked(cursor: Cursor, filters: TimelineFilters = EVERYTHING) -> dict[str, str]:
    text = cursor.encode(filters)
    return dict(json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4))))


@pytest.fixture
def own_rows(owner: User, stranger: User) -> set[UUID]:
    for amount in (1, 2, 3):
        with_credits(owner, amount)
        with_credits(stranger, amount)
    return set(owner.credit_transactions.values_list("id", flat=True))


@pytest.mark.parametrize("source", SourceType)
@pytest.mark.parametrize("since", [None, NOW - timedelta(days=7)])
@pytest.mark.parametrize("filters", [EVERYTHING, *OTHER_FILTERS])
def test_a_cursor_comes_back_as_it_was_made(filters: TimelineFilters, since: object, source: SourceType) -> None:
    cursor = CURSOR._replace(position=CURSOR.position._replace(source_type=source), walk=Walk(NOW, "7:7:", since))  # type: ignore[arg-type]

    assert Cursor.decode(cursor.encode(filters), filters) == cursor


@pytest.mark.parametrize("filters", OTHER_FILTERS)
def test_a_cursor_made_for_other_filters_is_refused(filters: TimelineFilters) -> None:
    with pytest.raises(BadCursor):
        Cursor.decode(CURSOR.encode(filters), EVERYTHING)


def test_a_cursor_made_while_a_hundred_transactions_ran_can_be_read() -> None:
    first = 9_000_000_000
    running = ",".join(str(first + 3 * step) for step in range(100))
    busy = CURSOR._replace(walk=Walk(NOW, f"{first}:{first + 400}:{running}", NOW))

    assert Cursor.decode(busy.encode(EVERYTHING), EVERYTHING) == busy


@pytest.mark.parametrize("missing", [1, 2, 3, 4, 5, 40, 200])
def test_a_cursor_that_was_cut_off_is_refused(missing: int) -> None:
    with pytest.raises(BadCursor):
        Cursor.decode(CURSOR.encode(EVERYTHING)[:-missing], EVERYTHING)


@pytest.mark.parametrize("name", ["t", "s", "i", "a", "x", "f"])
@pytest.mark.parametrize("value", ["", "\x00", "\ud800", "9" * 1000, None, 5, [], {}, "1:2:x"])
def test_a_part_that_is_something_else_is_refused(name: str, value: object) -> None:
    with pytest.raises(BadCursor):
        Cursor.decode(packed(unpacked(CURSOR) | {name: value}), EVERYTHING)


@pytest.mark.parametrize("version", [{"v": "2"}, {"x": None}])
def test_a_cursor_of_another_version_is_refused(version: dict[str, str | None]) -> None:
    changed = {name: value for name, value in (unpacked(CURSOR) | version).items() if value is not None}
    with pytest.raises(BadCursor):
        Cursor.decode(packed(changed), EVERYTHING)


@pytest.mark.parametrize(
    "text",
    [
        "", "::", "0:5:", "5:4:", "1:5:0", "1:5:5", "1:5:3,2", "1:5:3,3", "1:5:,", "-1:5:", "1:99999999999999999999:",
        "1:9223372036854775808:", "1:5:3 ", " 1:5:", "1:5:3\n", "١:٥:",
    ],
)  # fmt: skip
def test_what_postgresql_would_not_read_as_a_snapshot_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        read_snapshot(text)


@quick
@given(text=st.text() | parts.map(packed))
def test_any_text_is_refused_or_makes_a_page_of_the_readers_own_rows(
    owner: User, own_rows: set[UUID], text: str
) -> None:
    try:
        cursor = Cursor.decode(text, EVERYTHING)
    except BadCursor:
        return
    page = Timeline(user_id=owner.pk, now=NOW).page(cursor)
    assert {item.id for item in page.items} <= own_rows


@quick
@given(
    forged=st.fixed_dictionaries(
        {
            "t": times,
            "s": st.sampled_from(SourceType),
            "i": st.uuids().map(str),
            "a": times,
            "x": snapshots,
            "d": times,
            "f": st.just(FAR_EAST.fingerprint),
        }
    )
)
def test_a_forged_cursor_with_parts_of_the_right_kind_tells_only_own_rows(
    owner: User, own_rows: set[UUID], forged: dict[str, str]
) -> None:
    try:
        cursor = Cursor.decode(packed(forged), FAR_EAST)
    except BadCursor:
        return
    page = Timeline(user_id=owner.pk, now=NOW, filters=FAR_EAST).page(cursor)
    assert {item.id for item in page.items} <= own_rows
    assert cursor.position.occurred_at.astimezone(FAR_EAST.zone)


def test_a_cursor_from_a_strangers_page_tells_only_own_rows(owner: User, stranger: User, own_rows: set[UUID]) -> None:
    theirs = Timeline(user_id=stranger.pk, now=NOW, limit=1).page().next_cursor
    assert theirs

    page = Timeline(user_id=owner.pk, now=NOW).page(Cursor.decode(theirs.encode(EVERYTHING), EVERYTHING))

    assert {item.id for item in page.items} <= own_rows
