"""How PostgreSQL reads the staff's lists: few pages, however many orders and problems there are."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from activity_project.benchmarks.plans import explain
from apps.orders import feed
from apps.orders.feed import Attention, FeedFilters, Page
from apps.orders.staff.order_list import OrderFilters, Position, order_page
from tests.conftest import empty_database
from tests.orders.factories import NOON
from tests.orders.plans import buffers_of

ORDERS, PROBLEMS = 60_000, 20_000
# Of which up to 4 for each of the fifty orders whose lines and problems are then read.
MOST_OF_A_LIST = 450
# Twenty addresses are up to twenty ranges; a status is looked up in each order of theirs.
MOST_OF_A_SEARCH = 900
MOST_OF_A_FILTERED_TAB = 700
DEEP = Position(NOON + timedelta(minutes=ORDERS // 20), UUID(int=0))

# An order a minute: of one person who has ordered six hundred times, and of ten thousand others; one in ten is
# delivered, the last few are paid. Every third has an open problem. Triggers are off for speed.
HISTORY = f"""
SET session_replication_role = replica;
INSERT INTO orders (id, number, email, shipping_address, subtotal_minor, total_minor, currency, created_at, paid_at,
                    delivered_at)
SELECT uuidv7(), 'SS-' || to_char(at, 'YYMMDD') || '-' || lpad(n::text, 6, '0'),
       CASE WHEN n % 100 = 7 THEN 'Heavy' ELSE 'Person' || n % 10000 END || '@example.com',
       '{{}}', 4300, 4300, 'GBP', at,
       CASE WHEN n % 10 = 0 OR n > {ORDERS} - 5 THEN at END, CASE WHEN n % 10 = 0 THEN at END
  FROM generate_series(1, {ORDERS}) n,
       LATERAL (SELECT '{NOON.isoformat()}'::timestamptz + n * interval '1 minute' AS at) t;
INSERT INTO open_problems (fingerprint, event_type, level, order_id, message, entries, first_occurred_at,
                           last_occurred_at, last_entry_id)
SELECT 'order.overdue:' || id, CASE WHEN n % 4000 = 1 THEN 'email.bounced' ELSE 'order.overdue' END,
       CASE WHEN n = {PROBLEMS} THEN 'error' ELSE 'warning' END, id, repeat('a message ', 10), 1,
       created_at, created_at, id
  FROM (SELECT id, created_at, row_number() OVER (ORDER BY created_at DESC) AS n FROM orders) AS numbered
 WHERE n <= {PROBLEMS};
SET session_replication_role = DEFAULT;
"""


@pytest.fixture(scope="module", autouse=True)
def _history(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        try:
            with connection.cursor() as cursor:
                cursor.execute(HISTORY)
                cursor.execute("VACUUM (ANALYZE) orders, open_problems, order_lines")
            yield
        finally:
            empty_database()


@pytest.fixture(autouse=True)
def _database(_history: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


LISTS = {
    "all": OrderFilters(),
    "a status of many": OrderFilters(status="awaiting_payment"),
    "a status of few": OrderFilters(status="paid"),
    "a status of none": OrderFilters(status="shipped"),
    "until the last day": OrderFilters(until=NOON + timedelta(minutes=ORDERS)),
    "a day": OrderFilters(since=NOON + timedelta(days=5), until=NOON + timedelta(days=6)),
    "delivered on a day": OrderFilters(
        status="delivered", since=NOON + timedelta(days=5), until=NOON + timedelta(days=6)
    ),
}
SEARCHES = {
    "an address of six hundred orders": OrderFilters(text="heavy@"),
    "the beginning of every address": OrderFilters(text="person"),
    "a number": OrderFilters(text="SS-261121-000007"),
    "the beginning of every number": OrderFilters(text="SS-"),
    "nothing": OrderFilters(text="zebra"),
    "of six hundred orders those delivered": OrderFilters(text="heavy@", status="delivered"),
    "every address, delivered": OrderFilters(text="person", status="delivered"),
}


@pytest.mark.parametrize("after", [None, DEEP], ids=["first page", "deep"])
@pytest.mark.parametrize("name", LISTS)
def test_a_page_of_orders_is_few_pages_of_the_database(name: str, after: Position | None) -> None:
    assert buffers_of(lambda: order_page(LISTS[name], after)) <= MOST_OF_A_LIST


@pytest.mark.parametrize("name", ["all", "a status of many", "until the last day"])
def test_depth_costs_nothing(name: str) -> None:
    first, deep = (buffers_of(partial(order_page, LISTS[name], after)) for after in (None, DEEP))

    assert deep <= 1.3 * first + 10


@pytest.mark.parametrize("after", [None, DEEP], ids=["first page", "deep"])
@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_for_orders_is_a_bounded_number_of_ranges(name: str, after: Position | None) -> None:
    assert buffers_of(lambda: order_page(SEARCHES[name], after)) <= MOST_OF_A_SEARCH


TABS = {
    "a level of one": FeedFilters(level="error"),
    "a rare type": FeedFilters(event_type="email.bounced"),
    "an absent word": FeedFilters(words=("needle",)),
}


@pytest.mark.parametrize("name", TABS)
def test_a_filtered_tab_looks_at_so_many_problems_and_goes_on_from_there(name: str) -> None:
    assert explain(*feed.problems_statement(None, feed.DEFAULT_LIMIT, TABS[name])).buffers <= MOST_OF_A_FILTERED_TAB

    page: Attention | Page = feed.list_problems(filters=TABS[name])
    assert page.searched_to is not None
    found, steps = list(feed.walk_problems(TABS[name])), 0
    while page.next_cursor:
        page, steps = feed.list_problems(filters=TABS[name], cursor=page.next_cursor), steps + 1
    assert (len(found), steps) == ({"a level of one": 1, "a rare type": 5, "an absent word": 0}[name], 4)
