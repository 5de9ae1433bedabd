"""The data: one person with a long history, a crowd with a year of little, someone with nothing. Same seed, same data.

Written by set-based SQL in the order of time, so that each person's rows lie scattered as they would in life. Chance
is a hash of the person, the number of the job and the seed: nothing depends on the order in which rows are made.
Triggers are off meanwhile; the ledger's chain holds all the same, and a test verifies it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from activity_project.benchmarks.databases import UUID_FUNCTION, in_bulk

HEAVY, NEWCOMER, MEDIAN = 1, 2, 3
LUNA, KAI, RARE = (UUID(int=number) for number in (1, 2, 3))
START = datetime(2025, 1, 1, tzinfo=UTC)
WEEKS = 52
END = START + timedelta(weeks=WEEKS)
MOST_HEAVY_JOBS = 100_000
JOBS_OF_MEDIAN = 52
TIED = 300
RARE_ROWS = 25

# As many as give one person of 100,000 jobs and 1,000 people of 52: enough to show every cliff.
DEFAULT_ROWS = 310_000


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is: ``rows`` jobs and credit transactions together, about."""

    rows: int
    seed: int

    @property
    def heavy_jobs(self) -> int:
        return min(MOST_HEAVY_JOBS, self.rows // 3)

    @property
    def crowd(self) -> int:
        """How many people have a median history: 52 jobs, and 70 transactions or so."""
        return max((self.rows - 2 * self.heavy_jobs) // (2 * JOBS_OF_MEDIAN), 20)

    @property
    def content(self) -> str:
        """Everything that the data follow from."""
        return repr(list(_steps(self)))


def fill(size: Size) -> None:
    """Writes the data into the empty tables of the present database."""
    in_bulk(list(_steps(size)), label=f"data, {size.rows:,} rows")


def _steps(size: Size) -> Iterator[str]:
    yield UUID_FUNCTION
    yield _CHANCE.format(seed=size.seed)
    yield _PEOPLE.format(last=MEDIAN + size.crowd - 1)
    for week in range(WEEKS):
        yield _jobs(size, week)
    grants = f"VALUES ({HEAVY}, {size.heavy_jobs}, {RARE_ROWS})"
    grants += f" UNION ALL SELECT n, {JOBS_OF_MEDIAN}, 13 FROM generate_series({MEDIAN}, {MEDIAN + size.crowd - 1}) n"
    yield _LEDGER.format(grants=grants)
    yield _ACCOUNTS
    yield _WORDS
    for table in _TABLES:
        yield f"VACUUM (FREEZE, ANALYZE) {table}"


_TABLES = (
    "users", "characters", "generation_jobs", "generation_job_words", "credit_transactions", "credit_accounts",
)  # fmt: skip

_CHANCE = """
CREATE FUNCTION bench_chance(person bigint, number bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $fn$ SELECT hashint8extended(person << 32 | number, {seed}) & 9223372036854775807 $fn$
"""

_PEOPLE = f"""
INSERT INTO users (id, public_id, email, password, time_zone, is_active, is_staff, is_superuser, generated_count,
                   current_period_count)
SELECT n, bench_uuid('{START}', 'person ' || n), 'person' || n || '@bench.example', '!', 'Europe/London', true, false,
       false, 0, 0
  FROM generate_series({HEAVY}, {{last}}) n;
INSERT INTO characters (id, user_id, name, description)
VALUES ('{LUNA}', {HEAVY}, 'Luna', ''), ('{KAI}', {HEAVY}, 'Kai', ''), ('{RARE}', {HEAVY}, 'Rare', '');
INSERT INTO characters (id, user_id, name, description)
SELECT bench_uuid('{START}', 'Nova of ' || n), n, 'Nova', '' FROM generate_series({MEDIAN}, {{last}}) n
"""

# One week of everyone's: a job of each of the crowd, and the heavy one's share. The heavy one's last five are under
# way, 300 not long before them ended at one moment, and the rare ones have a word of their own in their prompts.
_JOBS = f"""
WITH numbered AS (
  SELECT {HEAVY}::bigint AS user_id, n::bigint, {{heavy}} - n AS to_come, interval '{WEEKS} weeks' / {{heavy}} AS step,
         60 AS spread_s
    FROM generate_series({{first}}, {{last}}) n
  UNION ALL
  SELECT person, {{week}}, {WEEKS}, interval '1 week', 600000
    FROM generate_series({MEDIAN}, {MEDIAN} + {{crowd}} - 1) person),
thrown AS (
  SELECT *, bench_chance(user_id, n) AS chance, user_id = {HEAVY} AS heavy, n % ({{heavy}} / {RARE_ROWS}) = 7 AS rare
    FROM numbered),
placed AS (
  SELECT *, timestamptz '{START}' + n * step + chance % spread_s * interval '1 second' AS created_at,
         heavy AND to_come BETWEEN 100 AND 99 + {TIED} AS tied,
         bench_chance(user_id, -1 - n) AS other
    FROM thrown),
told AS (
  SELECT *, CASE WHEN heavy AND to_come <= 2 THEN 'queued' WHEN heavy AND to_come <= 5 THEN 'processing'
                 WHEN chance % 25 = 0 AND NOT tied THEN 'failed' ELSE 'completed' END AS status,
         CASE WHEN tied THEN timestamptz '{START}' + ({{heavy}} - 99) * step
              ELSE created_at + (5 + other % 55) * interval '1 second' END AS ended_at,
         1 + other % 4 AS images, chance % 3 = 0 AS hq
    FROM placed)
INSERT INTO generation_jobs (id, user_id, character_id, status, input, credits_used, created_at, started_at,
                             completed_at, updated_at, error, metadata)
SELECT bench_uuid(created_at, user_id || ' ' || n || ' {{seed}}'), user_id,
       CASE WHEN NOT heavy THEN CASE WHEN other % 5 > 0 THEN bench_uuid('{START}', 'Nova of ' || user_id) END
            WHEN rare THEN '{RARE}' WHEN other % 5 IN (1, 2) THEN '{LUNA}' WHEN other % 5 = 3 THEN '{KAI}' END::uuid,
       status,
       jsonb_build_object(
         'prompt', (ARRAY['a quiet beach', 'a rooftop café', 'a foggy forest', 'a night market'])[1 + chance % 4]
                   || CASE WHEN heavy AND rare THEN ' with a zeppelin' ELSE ' at dusk' END,
         'quality', CASE WHEN hq THEN 'hq' ELSE 'standard' END,
         'aspect_ratio', (ARRAY['1:1', '16:9', '9:16'])[1 + other % 3], 'image_count', images),
       images * CASE WHEN hq THEN 2 ELSE 1 END, created_at, CASE WHEN status <> 'queued' THEN created_at END,
       CASE WHEN status IN ('completed', 'failed') THEN ended_at END,
       CASE WHEN status IN ('completed', 'failed') THEN ended_at ELSE created_at END,
       CASE WHEN status = 'failed' THEN 'The provider was busy.' ELSE '' END, '{{{{}}}}'
  FROM told ORDER BY told.created_at
"""


def _jobs(size: Size, week: int) -> str:
    first, last = (size.heavy_jobs * edge // WEEKS for edge in (week, week + 1))
    return _JOBS.format(heavy=size.heavy_jobs, first=first, last=last - 1, week=week, crowd=size.crowd, seed=size.seed)


# A welcome for everyone; grants that pay for the jobs until the next; a charge for each job, and one back if it
# failed. Times rise strictly in each account: jobs don't overlap, and grants lie a microsecond off.
_LEDGER = f"""
WITH person (user_id, jobs, grants) AS ({{grants}}),
movement AS (
  SELECT user_id, 'bonus' AS type, 10 AS amount, timestamptz '{START}' - interval '2 minutes' AS at, NULL::uuid AS job,
         NULL::uuid AS character_id, '' AS quality, 'Welcome' AS description
    FROM person
  UNION ALL
  SELECT user_id, 'subscription_grant', 8 * (jobs / grants + 2),
         timestamptz '{START}' + n * (interval '{WEEKS} weeks' / grants) - interval '60.000001 seconds',
         NULL, NULL, '', 'Pro plan'
    FROM person, generate_series(0, grants - 1) n
  UNION ALL
  SELECT user_id, 'generation', -credits_used, created_at, id, character_id, quality, '' FROM generation_jobs
  UNION ALL
  SELECT user_id, 'refund', credits_used, completed_at, id, character_id, quality, '' FROM generation_jobs
   WHERE status = 'failed')
INSERT INTO credit_transactions (id, user_id, seq, type, amount, balance_after, reference_type, reference_id,
                                 character_id, quality_mode, description, created_at)
SELECT bench_uuid(at, user_id || type || at), user_id, row_number() OVER account, type, amount,
       sum(amount) OVER account, CASE WHEN job IS NULL THEN '' ELSE 'generation_job' END, job, character_id, quality,
       description, at
  FROM movement WINDOW account AS (PARTITION BY user_id ORDER BY at) ORDER BY at
"""

_WORDS = """
INSERT INTO generation_job_words (user_id, word, occurred_at, job_id)
SELECT user_id, word, occurred_at, id
  FROM (SELECT prompt_text, prompt_words(prompt_text) AS words FROM generation_jobs GROUP BY prompt_text) prompt
  JOIN generation_jobs USING (prompt_text), unnest(words) AS word
 WHERE status IN ('completed', 'failed') ORDER BY occurred_at
"""

_ACCOUNTS = """
INSERT INTO credit_accounts (user_id, balance, seq, last_at)
SELECT DISTINCT ON (user_id) user_id, balance_after, seq, created_at
  FROM credit_transactions ORDER BY user_id, seq DESC
"""
