"""The merge, against the slow and obvious way: every page size, every filter, ties everywhere."""

from datetime import date, timedelta
from itertools import islice
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.activity.filters import EVERYTHING, DateRange, TimelineFilters, Type
from apps.activity.timeline import MAX_LIMIT, Timeline
from apps.generations.states import Status
from tests.activity import reference
from tests.activity.tangles import MOMENTS, NOW, ZONES, Tangle

pytestmark = pytest.mark.usefixtures("committed")

WALKS_AN_EXAMPLE = 24
MORE_THAN_THERE_IS = 1000
DAYS = [NOW.date() - timedelta(days=days) for days in (-1, 0, 1, 6, 7, 29, 30, 400)]

tangles = st.builds(
    Tangle,
    seed=st.integers(0, 2**32),
    jobs=st.integers(0, 18),
    movements=st.integers(0, 14),
    moments=st.lists(st.sampled_from(MOMENTS), min_size=1, max_size=4),
    adjacent=st.booleans(),
)
days = st.none() | st.sampled_from(DAYS)


@st.composite
def filters_of(draw: st.DrawFn, tangle: Tangle) -> TimelineFilters:
    """Any combination, a character that has nothing included."""
    return TimelineFilters(
        range=draw(st.sampled_from(DateRange)),
        first_day=draw(days),
        last_day=draw(days),
        type=draw(st.sampled_from(Type)),
        character_id=draw(st.none() | st.sampled_from([*tangle.characters, uuid4()])),
        status=draw(st.none() | st.sampled_from(Status)),
        zone=draw(st.sampled_from(ZONES)),
    )


def walk(tangle: Tangle, filters: TimelineFilters, limit: int) -> list[reference.Told]:
    timeline = Timeline(user_id=tangle.user.pk, now=NOW, filters=filters, limit=limit)
    return [reference.told(item) for item in islice(timeline.walk(), MORE_THAN_THERE_IS)]


@settings(max_examples=90, deadline=None, suppress_health_check=list(HealthCheck))
@given(tangle=tangles, data=st.data())
def test_every_walk_tells_what_is_stored_in_order_and_once(tangle: Tangle, data: st.DataObject) -> None:
    rows = reference.everything(tangle.user.pk)
    for _ in range(WALKS_AN_EXAMPLE):
        filters = data.draw(st.just(EVERYTHING) | filters_of(tangle))
        limit = data.draw(st.integers(1, 7) | st.integers(1, MAX_LIMIT))
        assert walk(tangle, filters, limit) == reference.expected(rows, filters, NOW)


def test_every_page_size_tells_the_same() -> None:
    tangle = Tangle(seed=1, jobs=70, movements=50, moments=MOMENTS[:3], adjacent=True)
    everything = reference.expected(reference.everything(tangle.user.pk), EVERYTHING, NOW)

    assert all(walk(tangle, EVERYTHING, limit) == everything for limit in range(1, MAX_LIMIT + 1))
    assert len(everything) == 121


@pytest.mark.parametrize("status", [None, *Status])
@pytest.mark.parametrize("kind", Type)
def test_every_type_with_every_status_tells_what_is_stored(kind: Type, status: Status | None) -> None:
    tangle = Tangle(seed=2, jobs=60, movements=40, moments=MOMENTS[-6:], adjacent=False)
    rows = reference.everything(tangle.user.pk)
    for whom in (None, *tangle.characters):
        filters = TimelineFilters(type=kind, status=status, character_id=whom)
        assert walk(tangle, filters, 7) == reference.expected(rows, filters, NOW)


def test_a_walk_keeps_its_first_day_when_midnight_passes() -> None:
    tangle = Tangle(seed=3, jobs=30, movements=20, moments=MOMENTS[:12], adjacent=False)
    filters = TimelineFilters(range=DateRange.LAST_7_DAYS)
    today = Timeline(user_id=tangle.user.pk, now=NOW, filters=filters, limit=3)
    tomorrow = Timeline(user_id=tangle.user.pk, now=NOW + timedelta(days=1), filters=filters, limit=100)

    first = today.page()
    both = [*first.items, *tomorrow.page(first.next_cursor).items]

    rows = reference.everything(tangle.user.pk)
    assert [reference.told(item) for item in both] == reference.expected(rows, filters, NOW)


def test_one_persons_timeline_has_nothing_of_anothers() -> None:
    own, others = (Tangle(seed=seed, jobs=9, movements=9, moments=MOMENTS[:2], adjacent=True) for seed in (4, 5))
    own_ids = {row.told.position.id for row in reference.everything(own.user.pk)}

    for row in reference.everything(others.user.pk):
        position = row.told.position
        found = Timeline(user_id=own.user.pk, now=NOW).item(position.source_type, position.id)
        assert found is None or position.id in own_ids


def test_the_days_of_a_filter_begin_at_the_persons_own_midnight() -> None:
    kiritimati = TimelineFilters(first_day=date(2026, 3, 1), last_day=date(2026, 3, 1), zone=ZONES[-1])

    assert kiritimati.since(NOW).isoformat() == "2026-03-01T00:00:00+14:00"  # type: ignore[union-attr]
    assert kiritimati.until.isoformat() == "2026-03-02T00:00:00+14:00"  # type: ignore[union-attr]
