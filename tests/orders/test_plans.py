"""How PostgreSQL reads the log: few pages of an index, whatever is asked for and however deep."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from activity_project.benchmarks.plans import Plan, explain
from apps.orders import feed
from apps.orders.feed import Cursor, FeedFilters
from apps.orders.models import OpenProblem
from tests.conftest import empty_database
from tests.orders.factories import NOON

ROWS, OPEN = 60_000, 6_000
ORDER = UUID(int=7)
MOST_OF_A_FEED, MOST_OF_THE_TAB, MOST_OF_THE_BADGE, MOST_OF_A_TIMELINE = 80, 60, 40, 20

# One entry a minute, of which one in ten is an open error about an order of its own, with two hundred repeats of one
# problem on top; one type is rare. Triggers are off for speed, so the open problems are counted by hand.
HISTORY = f"""
SET session_replication_role = replica;
INSERT INTO activity_log (id, event_type, level, order_id, payload, message, occurred_at, fingerprint, backfilled)
SELECT uuidv7(),
       CASE WHEN n % 10 = 0 THEN 'order.submission_failed' WHEN n % 5000 = 1 THEN 'sync.completed'
            WHEN n % 2 = 0 THEN 'order.created' ELSE 'order.shipped' END,
       CASE WHEN n % 10 = 0 THEN 'error' ELSE 'info' END,
       CASE WHEN n % 6000 = 3 THEN '{ORDER}' ELSE uuidv7() END,
       jsonb_build_object('order_number', 'SS-261121-0001', 'reason', repeat('x', 200)), repeat('a message ', 12),
       '{NOON.isoformat()}'::timestamptz + n * interval '1 minute',
       CASE WHEN n > {ROWS} - 2000 THEN 'sync.failed::printify' ELSE 'order.submission_failed:' || n END,
       n % 7000 = 5
  FROM generate_series(1, {ROWS}) n;
INSERT INTO open_problems (fingerprint, event_type, level, order_id, message, entries, first_occurred_at,
                           last_occurred_at, last_entry_id)
SELECT fingerprint, min(event_type), 'error', NULL, min(message), count(*), min(occurred_at), max(occurred_at),
       (array_agg(id ORDER BY occurred_at DESC))[1]
  FROM activity_log WHERE level = 'error' GROUP BY fingerprint;
SET session_replication_role = DEFAULT;
"""


@pytest.fixture(scope="module", autouse=True)
def _history(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute(HISTORY)
            cursor.execute("VACUUM (ANALYZE) activity_log, open_problems, users")
        yield
        empty_database()


@pytest.fixture(autouse=True)
def _database(_history: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


FILTERS: dict[str, FeedFilters] = {
    "everything": FeedFilters(),
    "errors": FeedFilters(level="error"),
    "info": FeedFilters(level="info"),
    "no warning at all": FeedFilters(level="warning"),
    "a common type": FeedFilters(event_type="order.created"),
    "a type of errors": FeedFilters(event_type="order.submission_failed"),
    "a rare type": FeedFilters(event_type="sync.completed"),
    "an absent type": FeedFilters(event_type="order.teleported"),
    "a type at a level": FeedFilters(event_type="order.submission_failed", level="error"),
    "a type at no such level": FeedFilters(event_type="order.created", level="error"),
    "an order": FeedFilters(order_id=ORDER),
    "backfilled": FeedFilters(backfilled=True),
    "a week": FeedFilters(since=NOON + timedelta(days=3), until=NOON + timedelta(days=10)),
    "errors of a week": FeedFilters(level="error", since=NOON + timedelta(days=3), until=NOON + timedelta(days=10)),
}
DEEP = Cursor(NOON + timedelta(minutes=ROWS // 2), UUID(int=0))


def plan_of(query: str, params: dict[str, Any]) -> Plan:
    """The plan with warm pages: the first run may set hint bits."""
    explain(query, params)
    return explain(query, params)


@pytest.mark.parametrize("cursor", [None, DEEP], ids=["first page", "deep"])
@pytest.mark.parametrize("name", FILTERS)
def test_a_page_of_the_feed_is_few_pages_of_the_database(name: str, cursor: Cursor | None) -> None:
    plan = plan_of(*feed.statement(FILTERS[name], cursor, feed.DEFAULT_LIMIT))

    assert plan.buffers <= MOST_OF_A_FEED
    assert "Seq Scan" not in {node["Node Type"] for node in plan.nodes if node.get("Relation Name") == "activity_log"}


@pytest.mark.parametrize("name", FILTERS)
def test_a_walk_over_the_pages_meets_every_entry_once(name: str) -> None:
    filters, cursor, met = FILTERS[name], None, []
    for _ in range(4):
        page = feed.list_recent(filters=filters, cursor=cursor, limit=40)
        met += [entry.id for entry in page.entries]
        if page.next_cursor is None:
            break
        cursor = Cursor.decode(page.next_cursor.encode())

    assert met == [entry.id for entry in feed.list_recent(filters=filters, limit=160).entries]
    assert len(met) == len(set(met))


def test_the_badge_costs_the_same_however_much_is_open() -> None:
    assert plan_of(feed.COUNT, {"most": feed.MOST_COUNTED}).buffers <= MOST_OF_THE_BADGE
    assert feed.count_needing_attention() == 100


@pytest.mark.parametrize("cursor", [None, DEEP], ids=["first page", "deep"])
def test_the_attention_tab_is_few_pages_however_often_a_problem_was_met(cursor: Cursor | None) -> None:
    assert plan_of(*feed.problems_statement(cursor, feed.DEFAULT_LIMIT)).buffers <= MOST_OF_THE_TAB


def test_the_attention_tab_shows_repeats_as_one_line_and_goes_on_after_its_page() -> None:
    first = feed.list_problems()
    second = feed.list_problems(cursor=first.next_cursor)

    assert (first.problems[0].fingerprint, first.problems[0].entries) == ("sync.failed::printify", 200)
    assert len({problem.fingerprint for problem in first.problems + second.problems}) == 100
    assert OpenProblem.objects.count() == 5_801


def test_an_orders_timeline_is_few_pages() -> None:
    assert len(feed.list_for_order(ORDER)) == 10
    assert plan_of(*feed.timeline_statement(ORDER)).buffers <= MOST_OF_A_TIMELINE
