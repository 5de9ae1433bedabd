"""The data of the staff's lists: everyone's generations over a year, of many people and a busy one.

As triggers would have left it, but without words and movements, which these lists don't read.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from activity_project.benchmarks.databases import UUID_FUNCTION, WITH_INDEXES, in_bulk, without_indexes

HEAVY = 1
PEOPLE = 20_000
START = datetime(2025, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
END = START + YEAR
RUNNING = 5


def fill(jobs: int) -> None:
    """Writes so many jobs into the empty tables of the present database."""
    in_bulk(list(steps(jobs)), label=f"data, {jobs:,} jobs")


def steps(jobs: int) -> Iterator[str]:
    """The statements that write them."""
    yield UUID_FUNCTION
    yield without_indexes("generation_jobs")
    yield _PEOPLE
    yield _JOBS.format(jobs=jobs)
    yield WITH_INDEXES
    yield "VACUUM (FREEZE, ANALYZE) users, generation_jobs"


_PEOPLE = f"""
INSERT INTO users (id, public_id, email, password, time_zone, is_active, is_staff, is_superuser, generated_count,
                   current_period_count)
SELECT n, bench_uuid('{START}', 'person ' || n), 'person' || n || '@bench.example', '!', 'UTC', true, false, false, 0, 0
  FROM generate_series({HEAVY}, {PEOPLE}) n
"""

# Every third is the busy person's, every fiftieth failed, and the last few haven't ended.
_JOBS = f"""
WITH told AS (
  SELECT n, timestamptz '{START}' + n * (interval '{YEAR.days} days' / {{jobs}}) AS at,
         CASE WHEN n % 3 = 0 THEN {HEAVY} ELSE 1 + hashint8extended(n, 1) & 16383 END AS user_id,
         CASE WHEN n >= {{jobs}} - {RUNNING} THEN 'processing' WHEN n % 50 = 0 THEN 'failed' ELSE 'completed' END
           AS status
    FROM generate_series(0, {{jobs}} - 1) n)
INSERT INTO generation_jobs (id, user_id, status, input, credits_used, created_at, started_at, completed_at, updated_at,
                             error, error_code, metadata)
SELECT bench_uuid(at, n::text), user_id, status,
       jsonb_build_object('prompt', 'a quiet beach with a boat, take ' || n % 700, 'image_count', 2), 2, at, at,
       CASE WHEN status <> 'processing' THEN at + interval '4 seconds' + n % 9 * interval '1 second' END, at,
       CASE WHEN status = 'failed' THEN 'The provider was busy.' ELSE '' END,
       CASE WHEN status = 'failed' THEN 'provider_busy' ELSE '' END, '{{{{"model": "sketch"}}}}'
  FROM told ORDER BY n
"""
