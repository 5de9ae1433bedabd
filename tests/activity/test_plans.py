"""How PostgreSQL runs the timeline's statement: one range of an index a branch, the same cost at every depth."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.db import connection
from psycopg import sql
from pytest_django import DjangoDbBlocker

from apps.activity import statement
from apps.activity.filters import EVERYTHING, DateRange, TimelineFilters, Type
from apps.activity.items import Position, SourceType
from apps.activity.timeline import Cursor, Timeline, Walk
from apps.common.sql import numbered
from apps.generations.states import Status
from tests.conftest import empty_database

HEAVY, LIGHT = 1, 7_777
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
NOW = FIRST_DAY + timedelta(minutes=20_000)
LUNA, RARE = UUID(int=1), UUID(int=2)
TIMELINE_INDEXES = {
    "job_timeline", "job_timeline_of_character", "credit_timeline", "credit_timeline_of_character",
}  # fmt: skip
TABLES = {"generation_jobs", "credit_transactions"}
MOST_BUFFERS = 300
MOST_BUFFERS_OF_A_SEARCH = 400
PAGE_ROWS = 51

# One person with 20,000 jobs and 20,000 transactions, three hundred of whose jobs ended at one moment; and ten
# thousand with two rows each, from whom the planner learns that a person has few. Triggers are off for speed.
HISTORY = f"""
SET session_replication_role = replica;
INSERT INTO users (id, email, password, time_zone, is_active, is_staff, is_superuser, generated_count,
                   current_period_count)
SELECT n, 'person' || n || '@example.com', '', 'UTC', true, false, false, 0, 0 FROM generate_series(1, 10000) n;
INSERT INTO characters (id, user_id, name, description)
VALUES ('{LUNA}', {HEAVY}, 'Luna', ''), ('{RARE}', {HEAVY}, 'Rare', '');
INSERT INTO generation_jobs (id, user_id, character_id, status, input, credits_used, created_at, started_at,
                             completed_at, updated_at, error, metadata)
SELECT uuidv7(), {HEAVY}, CASE WHEN n % 800 = 0 THEN '{RARE}' WHEN n % 3 = 0 THEN '{LUNA}' END::uuid,
       CASE WHEN n > 19995 THEN 'processing' WHEN n % 25 = 0 THEN 'failed' ELSE 'completed' END,
       jsonb_build_object('prompt', 'a quiet beach' || CASE WHEN n % 1000 = 0 THEN ', lighthouse' ELSE '' END
                            || CASE WHEN n % 4000 = 0 THEN ' dawn dusk' WHEN n % 2 = 0 THEN ' dawn' ELSE ' dusk' END,
                          'quality', 'hq', 'aspect_ratio', '1:1', 'image_count', 2), 4,
       at, at, CASE WHEN n <= 19995 THEN at END, at, CASE WHEN n % 25 = 0 THEN 'Busy.' ELSE '' END, '{{}}'
  FROM generate_series(1, 20000) n,
       LATERAL (SELECT '{FIRST_DAY}'::timestamptz + make_interval(mins => greatest(n, 300)) AS at) t;
INSERT INTO credit_transactions (id, user_id, seq, type, amount, balance_after, reference_type, reference_id,
                                 character_id, created_at)
SELECT uuidv7(), user_id, 1 + row_number() OVER (ORDER BY created_at, id), 'generation', -4, 100000, 'generation_job',
       id, character_id, created_at
  FROM generation_jobs;
INSERT INTO credit_transactions (id, user_id, seq, type, amount, balance_after, created_at)
SELECT uuidv7(), {HEAVY}, 30000 + n, 'subscription_grant', 300, 100000,
       '{FIRST_DAY}'::timestamptz + n * interval '10 hours'
  FROM generate_series(1, 25) n;
INSERT INTO generation_jobs (id, user_id, status, input, credits_used, created_at, started_at, completed_at, updated_at,
                             error, metadata)
SELECT uuidv7(), n, 'completed', '{{"prompt": "a hill", "image_count": 1}}', 4, at, at, at, at, '', '{{}}'
  FROM generate_series(2, 10000) n,
       LATERAL (SELECT '{FIRST_DAY}'::timestamptz + n * interval '90 seconds' AS at) t;
INSERT INTO credit_transactions (id, user_id, seq, type, amount, balance_after, reference_type, reference_id,
                                 created_at)
SELECT uuidv7(), user_id, 2, 'generation', -4, 100000, 'generation_job', id, created_at
  FROM generation_jobs WHERE user_id <> {HEAVY};
INSERT INTO generation_job_words (user_id, word, occurred_at, job_id)
SELECT user_id, word, occurred_at, id
  FROM generation_jobs, unnest(prompt_words(prompt_text)) AS word
 WHERE status IN ('completed', 'failed');
SET session_replication_role = DEFAULT;
"""

SHAPES = {
    "everything": EVERYTHING,
    "generations": TimelineFilters(type=Type.GENERATION),
    "credits": TimelineFilters(type=Type.CREDITS),
    "completed": TimelineFilters(status=Status.COMPLETED),
    "failed": TimelineFilters(status=Status.FAILED),
    "an influencer": TimelineFilters(character_id=LUNA),
    "an influencer's generations": TimelineFilters(character_id=LUNA, type=Type.GENERATION),
    "an influencer's credits": TimelineFilters(character_id=LUNA, type=Type.CREDITS),
    "an influencer's failures": TimelineFilters(character_id=LUNA, status=Status.FAILED),
    "a rare influencer": TimelineFilters(character_id=RARE),
    "dates": TimelineFilters(first_day=FIRST_DAY.date(), last_day=NOW.date()),
    "a range": TimelineFilters(range=DateRange.LAST_30_DAYS),
    "an influencer's range": TimelineFilters(range=DateRange.LAST_30_DAYS, character_id=LUNA),
    "failures of a range": TimelineFilters(range=DateRange.LAST_30_DAYS, status=Status.FAILED),
}
SEARCHES = {
    "a word of every prompt": TimelineFilters(words="beach"),
    "a rare word beside a common one": TimelineFilters(words="quiet lighthouse"),
    "an absent word": TimelineFilters(words="desert"),
    "two common words that rarely meet": TimelineFilters(words="dawn dusk"),
    "many words": TimelineFilters(words="a quiet beach dusk dawn lighthouse"),
    "an influencer's word": TimelineFilters(words="beach", character_id=RARE),
    "failures with words": TimelineFilters(words="beach lighthouse", status=Status.FAILED),
    "a word and failures": TimelineFilters(words="quiet beach", status=Status.FAILED, range=DateRange.LAST_30_DAYS),
}
EMPTY = {
    "queued": TimelineFilters(status=Status.QUEUED, last_day=FIRST_DAY.date()),
    "an unknown influencer": TimelineFilters(character_id=UUID(int=9)),
    "days before": TimelineFilters(last_day=FIRST_DAY.date() - timedelta(days=9)),
    "nothing": TimelineFilters(type=Type.CREDITS, status=Status.FAILED),
}


class Plan(NamedTuple):
    """What EXPLAIN ANALYZE tells of one page."""

    text: str
    root: dict[str, Any]

    @property
    def nodes(self) -> list[dict[str, Any]]:
        return list(_nodes(self.root))

    @property
    def buffers(self) -> int:
        return int(self.root["Shared Hit Blocks"] + self.root["Shared Read Blocks"])

    @property
    def scans(self) -> list[dict[str, Any]]:
        """The reads of the two sources' timeline indexes."""
        return [node for node in self.nodes if node.get("Index Name") in TIMELINE_INDEXES]

    @property
    def rows_read(self) -> int:
        return sum(
            (scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0)) * scan["Actual Loops"] for scan in self.scans
        )


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


@pytest.fixture(scope="module", autouse=True)
def _history(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        try:
            with connection.cursor() as cursor:
                cursor.execute(HISTORY)
                for table in ("generation_jobs", "credit_transactions", "characters", "generation_job_words"):
                    cursor.execute(f"VACUUM (FREEZE, ANALYZE) {table}")
                    cursor.execute(f"VACUUM {table}")
            yield
        finally:
            empty_database()


def timeline(filters: TimelineFilters, user_id: int = HEAVY) -> Timeline:
    return Timeline(user_id=user_id, now=NOW, filters=filters)


def cursor_at(depth: int, filters: TimelineFilters) -> Cursor:
    """A cursor so many items down the whole timeline; any filter can go on from there."""
    with connection.cursor() as db:
        db.execute(
            "SELECT occurred_at, %s, id FROM generation_jobs WHERE user_id = %s UNION ALL"
            " SELECT created_at, %s, id FROM credit_transactions WHERE user_id = %s"
            " ORDER BY 1 DESC, 2 DESC, 3 DESC LIMIT 1 OFFSET %s",
            [SourceType.GENERATION_JOB, HEAVY, SourceType.CREDIT_TRANSACTION, HEAVY, depth],
        )
        position = Position(*db.fetchone())
    return Cursor(position, Walk(NOW + timedelta(days=1), "1:1:", filters.since(NOW)))


def explain(filters: TimelineFilters, cursor: Cursor | None = None, user_id: int = HEAVY) -> Plan:
    """The plan of a page."""
    return explained(*timeline(filters, user_id).question(cursor))


def explained(query: str, params: dict[str, Any]) -> Plan:
    """The plan as a web process runs it: prepared, and planned without a look at the parameters."""
    text, names = numbered(query)
    values = sql.SQL(", ").join(sql.Literal(params[name]) for name in names)
    with connection.cursor() as db:
        db.execute("SET plan_cache_mode = force_generic_plan")
        db.execute(f"PREPARE asked AS {text.decode()}")
        db.execute(sql.SQL("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE asked ({})").format(values))
        (answer,) = db.fetchone()
        db.execute("DEALLOCATE asked")
    return Plan(query, answer[0]["Plan"])


FIRST, DEEP, DEEPEST = None, 10_000, 39_900


def plan_at(depth: int | None, filters: TimelineFilters) -> Plan:
    return explain(filters, None if depth is None else cursor_at(depth, filters))


def branches(filters: TimelineFilters) -> int:
    """How many ranges are merged."""
    return len(filters.job_kinds) + len(filters.credit_kinds)


every_shape = pytest.mark.parametrize("filters", SHAPES.values(), ids=SHAPES)
every_depth = pytest.mark.parametrize("depth", [FIRST, DEEP, DEEPEST], ids=["first", "deep", "deepest"])
every_empty_shape = pytest.mark.parametrize("filters", EMPTY.values(), ids=EMPTY)


@every_depth
@every_shape
def test_a_page_costs_little_at_every_depth(filters: TimelineFilters, depth: int | None) -> None:
    plan = plan_at(depth, filters)
    assert plan.buffers <= MOST_BUFFERS
    assert plan.rows_read <= PAGE_ROWS + branches(filters)


@every_depth
@every_shape
def test_no_page_scans_a_table_or_sorts_a_history(filters: TimelineFilters, depth: int | None) -> None:
    nodes = plan_at(depth, filters).nodes
    sorts = [node for node in nodes if node["Node Type"] in ("Sort", "Incremental Sort")]

    assert not [node for node in nodes if node["Node Type"] == "Seq Scan" and node["Relation Name"] in TABLES]
    assert all(node["Actual Rows"] <= 2 * PAGE_ROWS for node in sorts)


@every_depth
@every_shape
def test_no_row_is_compared_with_every_link(filters: TimelineFilters, depth: int | None) -> None:
    compared = [node.get("Rows Removed by Join Filter", 0) for node in plan_at(depth, filters).nodes]
    assert max(compared) <= PAGE_ROWS


@pytest.mark.parametrize("depth", [DEEP, DEEPEST])
@every_shape
def test_every_branch_begins_behind_the_cursor_by_row_value(filters: TimelineFilters, depth: int) -> None:
    plan = plan_at(depth, filters)
    ranges = [scan for scan in plan.scans if "ROW(" in scan["Index Cond"]]

    assert len(ranges) == branches(filters)
    assert all("Index" in scan["Node Type"] for scan in plan.scans)
    assert all("of_character" in scan["Index Name"] for scan in ranges if filters.character_id)


@every_shape
def test_depth_costs_nothing(filters: TimelineFilters) -> None:
    first, deep, deepest = (plan_at(depth, filters).buffers for depth in (FIRST, DEEP, DEEPEST))

    # Pages after the first also look for jobs that have moved: one range for each of their three kinds.
    assert max(deep, deepest) <= 1.3 * first + 3 * 3


@every_empty_shape
def test_what_is_not_there_is_found_out_at_once(filters: TimelineFilters) -> None:
    plan = plan_at(FIRST, filters)
    assert plan.buffers <= 6 * branches(filters)


def test_whoever_has_little_costs_no_more_than_whoever_has_most() -> None:
    assert explain(EVERYTHING, user_id=LIGHT).buffers <= plan_at(FIRST, EVERYTHING).buffers


@pytest.mark.parametrize("source", SourceType)
def test_one_item_costs_a_few_lookups(source: SourceType) -> None:
    position = next(
        position
        for position in (cursor_at(depth, EVERYTHING).position for depth in range(100, 110))
        if position.source_type == source
    )
    query = statement.one(is_job=source == SourceType.GENERATION_JOB)
    assert explained(query, {"user_id": HEAVY, "id": position.id, "once": 1}).buffers <= 20


@every_shape
def test_no_statement_skips_or_counts_rows(filters: TimelineFilters) -> None:
    text = plan_at(DEEP, filters).text.lower()

    assert "offset" not in text
    assert "count(" not in text


@every_depth
@pytest.mark.parametrize("filters", SEARCHES.values(), ids=SEARCHES)
def test_a_search_reads_no_more_than_its_share_of_each_word(filters: TimelineFilters, depth: int | None) -> None:
    plan = plan_at(depth, filters)

    scanned = {node.get("Relation Name") for node in plan.nodes if node["Node Type"] == "Seq Scan"}
    assert not scanned & (TABLES | {"generation_job_words"})
    assert plan.buffers <= MOST_BUFFERS_OF_A_SEARCH


def test_a_search_that_finds_little_goes_on_until_all_of_it_is_found() -> None:
    shown = timeline(TimelineFilters(words="dawn dusk"))
    pages = [shown.page()]
    while cursor := pages[-1].next_cursor:
        pages.append(shown.page(cursor))

    found = [item.id for page in pages for item in page.items]
    with connection.cursor() as db:
        db.execute(
            "SELECT id FROM generation_jobs WHERE user_id = %s AND prompt_text LIKE '%%dawn dusk%%'"
            " ORDER BY occurred_at DESC, id DESC",
            [HEAVY],
        )
        assert found == [id_ for (id_,) in db.fetchall()]
    assert len(found) == 5
    assert [page.searched_to is None for page in pages] == [False] * (len(pages) - 1) + [True]
    assert 1 < len(pages) <= 6
