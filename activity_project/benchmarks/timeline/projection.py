"""A log of the whole timeline in one table: what reading from two can't beat, and the reference for every design.

Nothing keeps it up to date: it is made when the data are, by plain joins.
"""

from typing import Any

from django.db import connection

from activity_project.benchmarks.timeline.cases import Case
from apps.activity.filters import TimelineFilters
from apps.activity.items import TimelineRow
from apps.activity.timeline import DEFAULT_LIMIT

COLUMNS = ", ".join(TimelineRow._fields)
PAGE_ROWS = DEFAULT_LIMIT + 1
ORDER = "ORDER BY occurred_at DESC, is_job DESC, id DESC"
AFTER = "(occurred_at, is_job, id) < (%(time)s, %(is_job)s, %(id)s)"

JOB = """job.occurred_at, 1 AS is_job, job.id, job.kind::int, job.id AS job_id, NULL::bigint AS amount,
  NULL::bigint AS balance_after, NULL::text AS transaction_type, NULL::text AS description, job.status::text,
  job.quality, job.aspect_ratio, job.image_count, job.error::text, job.character_id, name.name::text AS character_name,
  spent.id AS charge_id, spent.amount AS charge_amount, back.id AS refund_id, back.amount AS refund_amount,
  job.pruned_at IS NULL AS has_files"""
JOB_LINKS = """LEFT JOIN characters name ON name.id = job.character_id
  LEFT JOIN credit_transactions spent
         ON spent.reference_type = 'generation_job' AND spent.reference_id = job.id AND spent.type = 'generation'
  LEFT JOIN credit_transactions back
         ON back.reference_type = 'generation_job' AND back.reference_id = job.id AND back.type = 'refund'"""
CREDIT = """movement.created_at AS occurred_at, 0 AS is_job, movement.id, movement.kind::int, job.id AS job_id,
  movement.amount, movement.balance_after, movement.type::text AS transaction_type, movement.description::text,
  job.status::text, job.quality, job.aspect_ratio, job.image_count, NULL::text AS error, movement.character_id,
  name.name::text AS character_name, NULL::uuid AS charge_id, NULL::bigint AS charge_amount, NULL::uuid AS refund_id,
  NULL::bigint AS refund_amount, job.pruned_at IS NULL AS has_files"""
CREDIT_LINKS = """LEFT JOIN generation_jobs job
         ON movement.reference_type = 'generation_job' AND job.id = movement.reference_id
  LEFT JOIN characters name ON name.id = movement.character_id"""

# As one would search: each word anywhere in the prompt. The data's words aren't parts of one another.
HAS_WORDS = """(SELECT bool_and(strpos(lower(prompt_text), word) > 0)
       FROM unnest(string_to_array(%(words)s, ' ')) AS word)"""

TABLE = f"""
CREATE TABLE timeline_projection AS
SELECT job.user_id, {JOB} FROM generation_jobs job {JOB_LINKS}
UNION ALL
SELECT movement.user_id, {CREDIT} FROM credit_transactions movement {CREDIT_LINKS}
{ORDER.replace("DESC", "ASC")};
CREATE INDEX projection_order ON timeline_projection (user_id, occurred_at, is_job, id)
"""


def make() -> None:
    """Makes the table from what the two sources hold."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET work_mem = '256MB'")
        cursor.execute(TABLE)
        cursor.execute("VACUUM (FREEZE, ANALYZE) timeline_projection")
        cursor.execute("RESET statement_timeout; RESET work_mem")


def page(filters: TimelineFilters, *, continues: bool) -> str:
    """The statement for a page of the log, the columns of ``TimelineRow``."""
    after = f" AND {AFTER}" if continues else ""
    return f"SELECT {COLUMNS} FROM timeline_projection WHERE {_of(filters)}{after} {ORDER} LIMIT {PAGE_ROWS}"


def items(case: Case) -> int:
    """How many items the case has."""
    return int(_first(f"SELECT count(*) FROM timeline_projection WHERE {_of(case.filters)}", _params(case))[0])


def position(case: Case, depth: int) -> tuple[Any, ...]:
    """Time, ``is_job`` and id of the item that has so many above it."""
    where = f"WHERE {_of(case.filters)} {ORDER} LIMIT 1 OFFSET {depth}"
    return _first(f"SELECT occurred_at, is_job, id FROM timeline_projection {where}", _params(case))


def _of(filters: TimelineFilters) -> str:
    kinds = ", ".join(str(kind.value) for kind in (*filters.job_kinds, *filters.credit_kinds)) or "0"
    conditions = ["user_id = %(user_id)s"]
    if not filters.job_kinds or not filters.credit_kinds or filters.character_id:
        conditions.append(f"kind IN ({kinds})")
    if filters.character_id:
        conditions.append("character_id = %(character_id)s")
    if filters.words:
        conditions.append(f"id IN (SELECT id FROM generation_jobs WHERE user_id = %(user_id)s AND {HAS_WORDS})")
    if filters.status:
        conditions.append("status = %(status)s")
    if filters.has_bounds:
        conditions.append("occurred_at >= %(since)s::timestamptz AND occurred_at < %(until)s::timestamptz")
    return " AND ".join(conditions)


def _params(case: Case) -> dict[str, Any]:
    return case.timeline.question()[1]


def _first(query: str, params: dict[str, Any]) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        row: tuple[Any, ...] = cursor.fetchone()
    return row
