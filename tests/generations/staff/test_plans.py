"""How PostgreSQL runs the staff's statements: ranges of an index, the same cost at every depth, and a bound on rows."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from apps.generations.insights import insights
from apps.generations.staff.filters import NOBODY, JobFilters, Period, State
from apps.generations.staff.jobs import job_page
from apps.generations.staff.people import people_page, person_by_email
from apps.generations.staff.scan import Position
from apps.generations.staff.statistics import statistics
from tests.conftest import empty_database

HEAVY, GONE = 1, 2
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
JOBS = 60_000
NOW = FIRST_DAY + timedelta(minutes=3 * JOBS)
SCANNED = 2_000
LEFT_AT = 9_000
MOST_BUFFERS = 450  # of which up to 4 for each of the 50 jobs that are then loaded by their ids
JOB_INDEXES = {"job_newest", "job_gallery", "job_newest_not_completed"}

# A job every three minutes, every third of one person's, most of the first ones of another's who left then; every
# fiftieth failed, the last five in flight; and twenty thousand people. Triggers are off for speed.
HISTORY = f"""
SET session_replication_role = replica;
INSERT INTO users (id, email, password, time_zone, is_active, is_staff, is_superuser, generated_count,
                   current_period_count)
SELECT n, 'person' || n || '@example.com', '', 'UTC', true, false, false, 0, 0 FROM generate_series(1, 20000) n;
INSERT INTO generation_jobs (id, user_id, status, input, credits_used, created_at, started_at, completed_at, updated_at,
                             error, error_code, metadata)
SELECT uuidv7(), CASE WHEN n % 3 = 0 THEN {HEAVY} WHEN n < {LEFT_AT} THEN {GONE} ELSE 3 + n % 19990 END,
       CASE WHEN n > {JOBS} - 5 THEN 'processing' WHEN n % 50 = 0 THEN 'failed' ELSE 'completed' END,
       jsonb_build_object('prompt', 'a quiet beach with a boat, take ' || n % 700, 'image_count', 2), 4,
       at, at, CASE WHEN n <= {JOBS} - 5 THEN at END, at, CASE WHEN n % 50 = 0 THEN 'Busy.' ELSE '' END,
       CASE WHEN n % 50 = 0 THEN 'busy' ELSE '' END, '{{"model": "sketch"}}'
  FROM generate_series(1, {JOBS}) n,
       LATERAL (SELECT '{FIRST_DAY}'::timestamptz + make_interval(mins => 3 * n) AS at) t;
SET session_replication_role = DEFAULT;
"""

SHAPES = {
    "thirty days": JobFilters(),
    "all time": JobFilters(period=Period.ALL_TIME),
    "completed": JobFilters(period=Period.ALL_TIME, state=State.COMPLETED),
    "failed": JobFilters(period=Period.ALL_TIME, state=State.FAILED),
    "one person": JobFilters(period=Period.ALL_TIME, user_id=HEAVY),
    "a word of every prompt": JobFilters(period=Period.ALL_TIME, words=("beach",)),
    "a model": JobFilters(period=Period.ALL_TIME, model="sketch"),
}
VAIN = {
    "an absent word": JobFilters(period=Period.ALL_TIME, words=("lighthouse",)),
    "an unknown plan": JobFilters(period=Period.ALL_TIME, plan_id=10**6),
    "an absent word of one person's": JobFilters(period=Period.ALL_TIME, user_id=HEAVY, words=("lighthouse",)),
}
EMPTY = {
    "nobody": JobFilters(period=Period.ALL_TIME, user_id=NOBODY),
    "days before": JobFilters(last_day=FIRST_DAY.date() - timedelta(days=9)),
    "queued": JobFilters(period=Period.ALL_TIME, state=State.QUEUED),
}
PENDING = JobFilters(period=Period.ALL_TIME, state=State.PENDING)


class Plan(NamedTuple):
    """What EXPLAIN ANALYZE tells of the statements that a read made."""

    nodes: list[dict[str, Any]]
    buffers: int

    @property
    def scans_of_the_table(self) -> list[dict[str, Any]]:
        return [node for node in self.nodes if node["Node Type"] == "Seq Scan" and node["Actual Rows"] > 100]

    @property
    def rows_read(self) -> float:
        """The most rows that any one scan of the lists' indexes gave."""
        read = [node["Actual Rows"] for node in self.nodes if node.get("Index Name") in JOB_INDEXES]
        return max(read, default=0)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def explained(read: Callable[[], Any]) -> Plan:
    """The plans of every SELECT that the read sends, as it sends them."""
    with CaptureQueriesContext(connection) as sent:
        read()
    nodes, buffers = [], 0
    with connection.cursor() as db:
        for query in sent.captured_queries:
            if "FROM" not in query["sql"]:
                continue
            db.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query['sql'].replace('%', '%%')}", [])
            ((answer,),) = db.fetchall()
            root = answer[0]["Plan"]
            nodes += list(_nodes(root))
            buffers += root["Shared Hit Blocks"] + root["Shared Read Blocks"]
    return Plan(nodes, buffers)


@pytest.fixture(scope="module", autouse=True)
def _history(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        try:
            with connection.cursor() as cursor:
                cursor.execute(HISTORY)
                cursor.execute("VACUUM ANALYZE generation_jobs, users")
            yield
        finally:
            empty_database()


def page_at(depth: int | None, filters: JobFilters) -> Plan:
    """The page that begins so many of everyone's jobs down."""
    after = Position(NOW - timedelta(minutes=3 * depth), UUID(int=2**128 - 1)) if depth else None
    return explained(lambda: job_page(filters, NOW, after, scanned=SCANNED))


every_shape = pytest.mark.parametrize("filters", SHAPES.values(), ids=SHAPES)


@every_shape
@pytest.mark.parametrize("depth", [None, 9_000], ids=["first", "deep"])
def test_a_page_costs_little_at_every_depth(filters: JobFilters, depth: int | None) -> None:
    plan = page_at(depth, filters)

    assert not plan.scans_of_the_table
    assert plan.buffers <= MOST_BUFFERS
    assert plan.rows_read <= SCANNED


@every_shape
def test_depth_costs_nothing(filters: JobFilters) -> None:
    first, deep = page_at(None, filters).buffers, page_at(50_000, filters).buffers

    assert deep <= 1.3 * first + 10


@pytest.mark.parametrize("period", [Period.ALL_TIME, Period.LAST_90_DAYS])
def test_whoever_left_long_ago_is_not_looked_for_among_everyone(period: Period) -> None:
    left = JobFilters(period=period, user_id=GONE)

    assert page_at(None, left).rows_read <= 51
    assert explained(lambda: statistics(left, NOW, most=SCANNED)).rows_read <= SCANNED


@pytest.mark.parametrize("filters", VAIN.values(), ids=VAIN)
def test_what_no_index_knows_is_searched_for_within_a_bound(filters: JobFilters) -> None:
    plan = page_at(None, filters)

    assert not plan.scans_of_the_table
    assert plan.rows_read == SCANNED
    assert plan.buffers <= 2 * SCANNED  # a person's rows lie scattered: one page each, and the last one's place


@pytest.mark.parametrize("filters", EMPTY.values(), ids=EMPTY)
def test_what_is_not_there_is_found_out_at_once(filters: JobFilters) -> None:
    assert page_at(None, filters).buffers <= 12


@pytest.mark.parametrize("filters", [*SHAPES.values(), *VAIN.values()], ids=[*SHAPES, *VAIN])
def test_figures_are_counted_from_a_bounded_part(filters: JobFilters) -> None:
    plan = explained(lambda: statistics(filters, NOW, most=SCANNED))

    assert not plan.scans_of_the_table
    assert plan.rows_read <= SCANNED
    assert plan.buffers <= 1.5 * SCANNED


def test_the_few_in_flight_are_counted_by_their_index() -> None:
    plan = explained(lambda: statistics(PENDING, NOW))

    assert plan.rows_read == 5
    assert plan.buffers <= 12


def test_insights_read_their_dates_once_a_question() -> None:
    days = JobFilters(first_day=NOW.date() - timedelta(days=6))
    a_day = 24 * 60 // 3

    plan = explained(lambda: insights(days, NOW))

    assert not plan.scans_of_the_table
    assert plan.rows_read <= 7 * a_day
    assert plan.buffers <= 7 * 7 * a_day


@pytest.mark.parametrize("beginning", ["", "person1", "person19999@example.com", "zoe"])
def test_people_are_a_range_of_their_addresses(beginning: str) -> None:
    plan = explained(lambda: people_page(beginning))

    assert not plan.scans_of_the_table
    assert plan.buffers <= 400


def test_one_address_is_one_look_up() -> None:
    assert explained(lambda: person_by_email("Person7@example.com")).buffers <= 6
