"""Reading from a real streaming replica: it is asked, one's own writes are seen, and nobody notices that it is gone."""

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from typing import Any, NamedTuple

import pytest
from django.conf import LazySettings
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from activity_project import database_checks
from apps.accounts.scopes import Scope
from apps.activity import reading
from apps.activity.filters import TimelineFilters
from apps.activity.timeline import Page, Timeline
from apps.common import metrics, replica
from apps.common.replica import keeping_up, look
from apps.common.replica.keeping_up import Watch
from apps.credentials.profiles import open_profile
from apps.credits import ledger
from tests.activity import reference, sessions
from tests.activity.tangles import Tangle
from tests.activity.test_snapshots import Step, filters, steps, tangles
from tests.conftest import Program, SignedIn
from tests.factories import UserFactory, issued, on_plan, with_credits
from tests.replicas import Pair, catch_up, primary_and_replica

pytestmark = pytest.mark.faults

WRITERS = 3
OWN_WRITES = "apps.accounts.middleware.OwnWritesMiddleware"


@pytest.fixture(scope="module")
def pair(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Pair]:
    with django_db_blocker.unblock(), primary_and_replica() as running:
        yield running


@pytest.fixture(autouse=True)
def _installed(pair: Pair, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the settings install it where a replica is named; what the tests before saw of it is forgotten."""
    after = settings.MIDDLEWARE.index("django.contrib.auth.middleware.AuthenticationMiddleware") + 1
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:after], OWN_WRITES, *settings.MIDDLEWARE[after:]]
    monkeypatch.setattr(replica, "watch", Watch())
    monkeypatch.setattr(keeping_up, "NOTED_EVERY_S", 0)
    monkeypatch.setattr(keeping_up, "TRIED_AGAIN_AFTER_S", 0)
    catch_up()


class Counted(NamedTuple):
    """How many reads became what."""

    replica: float
    away: float
    behind: float
    own_write: float


def counted() -> Counted:
    return Counted(*(_reads(outcome) for outcome in Counted._fields))


def _reads(outcome: str) -> float:
    return metrics.registry.get_sample_value("activity_replica_reads_total", {"outcome": outcome}) or 0


def items(browser: Client) -> int:
    """How many items the person's page has."""
    answer = browser.get("/activity/")
    assert answer.status_code == 200
    return len([row for day in answer.context["page"].days for row in day.rows])


def readyz() -> dict[str, Any]:
    """What /readyz has to say of the replica; without one pages are served all the same."""
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()["checks"]["replica"]
    return found


def test_the_ways_are_what_they_are_said_to_be(pair: Pair) -> None:
    assert database_checks.check_ways(databases=["default"]) == []


def test_a_page_is_read_from_the_replica(pair: Pair) -> None:
    owner = with_credits(UserFactory.create(), 5)
    browser = SignedIn(owner)
    catch_up()
    assert items(browser) == 1
    before = counted()
    pair.replica.stand_still()
    try:
        with_credits(owner, 6)  # by somebody else, as far as the page knows
        assert items(browser) == 1
        assert counted() == before._replace(replica=before.replica + 1)
    finally:
        pair.replica.go_on()
    catch_up()
    assert items(browser) == 2


def test_what_somebody_wrote_themselves_is_seen_at_once_by_browser_and_program(pair: Pair) -> None:
    owner, stranger = on_plan(UserFactory.create()), with_credits(UserFactory.create(), 5)
    program = Program(issued(owner, *Scope).secret)
    browser, others = SignedIn(owner), SignedIn(stranger)
    catch_up()
    assert (items(browser), items(others)) == (1, 1)
    pair.replica.stand_still()
    try:
        asked = program.post("/api/v1/generations", {"prompt": "a beach"}, content_type="application/json")
        assert asked.status_code == 201
        before = counted()
        assert items(browser) == 3  # the plan's credits, the job and its charge
        assert len(program.get("/api/v1/activity").json()["items"]) == 3
        assert counted() == before._replace(own_write=before.own_write + 2)
        assert items(others) == 1
        assert counted().replica == before.replica + 1
    finally:
        pair.replica.go_on()
    catch_up()
    before = counted()
    assert items(browser) == 3
    assert counted() == before._replace(replica=before.replica + 1)


def test_a_replica_that_is_too_far_behind_is_not_asked(pair: Pair, settings: LazySettings) -> None:
    owner = with_credits(UserFactory.create(), 5)
    browser = SignedIn(owner)
    settings.DATABASE_REPLICA_LAG_SECONDS = 0
    pair.replica.stand_still()
    try:
        with_credits(owner, 6)
        before = counted()
        assert items(browser) == 2
        assert counted() == before._replace(behind=before.behind + 1)
        assert readyz()["ok"] is False
    finally:
        pair.replica.go_on()
    catch_up()
    assert readyz() == {"ok": True, "figure": 0, "limit": 0, "unit": "s"}


STATISTICS = [
    "/activity/",
    "/activity/export.csv",
    "/activity/export.json",
    "/activity/statement/",
    "/admin/activity/",
    "/admin/activity/export.csv",
    "/admin/generations/",
    "/admin/generations/export.csv",
    "/admin/insights/",
    "/admin/adoption/",
    "/credentials/",
    "/credentials/export.csv",
]


def test_pages_files_and_statistics_are_read_from_the_replica(pair: Pair) -> None:
    person = with_credits(UserFactory.create(is_staff=True, is_superuser=True), 5)
    open_profile(user=person, handle="studio", display_name="Studio")
    browser = SignedIn(person)
    catch_up()
    browser.get("/activity/")
    catch_up()
    for url in STATISTICS:
        before = counted()
        answer = browser.get(url)
        content = b"".join(answer) if answer.streaming else answer.content
        assert (url, answer.status_code, bool(content)) == (url, 200, True)
        assert (url, counted().replica > before.replica, counted().away) == (url, True, before.away)


def test_a_replica_that_is_killed_is_missed_by_nobody_and_used_again_when_it_is_back(pair: Pair) -> None:
    browser = SignedIn(with_credits(UserFactory.create(), 5))
    catch_up()
    assert items(browser) == 1
    before = counted()
    pair.replica.kill()
    try:
        assert items(browser) == 1
        assert b"".join(browser.get("/activity/export.csv")).count(b"\n") == 2
        assert counted() == before._replace(away=before.away + 2)
        assert readyz()["ok"] is False
    finally:
        pair.replica.start()
    catch_up()
    before = counted()
    assert items(browser) == 1
    assert counted() == before._replace(replica=before.replica + 1)


def test_a_transaction_that_runs_is_not_seen_although_the_replicas_own_snapshot_says_so(pair: Pair) -> None:
    user = with_credits(UserFactory.create(), 5)
    with sessions.sessions(1) as (late,):
        late.do(lambda: sessions.award(user, 1))
        ledger.award_bonus(user=UserFactory.create(), credits=1, key="another", by=None)
        catch_up()
        with connections["replica"].cursor() as cursor:
            cursor.execute("SELECT pg_current_snapshot()::text")
            (said,) = cursor.fetchone()
        view = look()
        assert said.endswith(":")  # none runs, as it would have it
        assert view.running
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_visible_in_snapshot(%s::text::xid8, %s)", [view.running[0], said])
            assert cursor.fetchone() == (True,)
            cursor.execute("SELECT pg_visible_in_snapshot(%s::text::xid8, %s)", [view.running[0], view.snapshot])
            assert cursor.fetchone() == (False,)


def pages(timeline: Timeline, by_replica: Sequence[bool]) -> Iterator[Page]:
    """The walk, each page by one or the other."""

    def read(number: int, page: Page | None) -> Page:
        cursor = page.next_cursor if page else None
        catch_up()
        return reading.page_of(timeline, cursor, after=None) if by_replica[number % 3] else timeline.page(cursor)

    page = read(0, None)
    yield page
    number = 1
    while page.next_cursor:
        page = read(number, page)
        yield page
        number += 1


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    tangle=tangles,
    wanted=filters,
    limit=st.integers(1, 6),
    before=st.lists(steps, max_size=6),
    between=st.lists(st.lists(steps, max_size=4), max_size=8),
    by_replica=st.lists(st.booleans(), min_size=3, max_size=3),
)
def test_a_walk_over_both_tells_what_was_there_when_it_began(
    pair: Pair,
    tangle: Tangle,
    wanted: TimelineFilters,
    limit: int,
    before: list[Step],
    between: list[list[Step]],
    by_replica: list[bool],
) -> None:
    timeline = Timeline(user_id=tangle.user.pk, now=timezone.now(), filters=wanted, limit=limit)
    walked: list[reference.Told] = []
    asked = counted().replica
    with sessions.sessions(WRITERS) as writers:
        for step in before:
            step.take(tangle.user, writers)
        there = reference.expected(reference.everything(tangle.user.pk), wanted, timeline.now)
        for page, meanwhile in zip(pages(timeline, by_replica), chain(between, repeat([])), strict=False):
            walked += map(reference.told, page.items)
            for step in meanwhile:
                step.take(tangle.user, writers)
    assert walked == there
    assert not by_replica[0] or counted().replica > asked
