"""Moves what was judged sound into the product's tables: some whole accounts a transaction, several at once.

Cut off between two, those that were written stand with all that belongs to them, and the next import passes them over.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction

from apps.credits.history import append_from
from apps.generations.history import write_jobs_from

ROWS_A_BATCH = 20_000
WRITERS = 2

# Accounts of about as many rows together; one of more is a batch by itself.
_BATCHES = f"""
UPDATE import_accounts AS account SET batch = numbered.batch
  FROM (SELECT user_id, 1 + (sum(rows) OVER (ORDER BY user_id) - rows) / {ROWS_A_BATCH} AS batch
          FROM (SELECT account.user_id, COALESCE(jobs.count, 0) + COALESCE(moved.count, 0) + 10 AS rows
                  FROM import_accounts AS account
                  LEFT JOIN (SELECT user_id, count(*) FROM import_jobs_judged
                              WHERE reason IS NULL AND NOT is_there GROUP BY user_id) AS jobs USING (user_id)
                  LEFT JOIN (SELECT user_id, count(*) FROM import_transactions_judged
                              WHERE reason IS NULL AND NOT is_there GROUP BY user_id) AS moved USING (user_id)
                 WHERE account.user_id IS NOT NULL) AS sized) AS numbered
 WHERE account.user_id = numbered.user_id
"""

_PEOPLE = """
INSERT INTO users (id, email, password, time_zone, is_active, is_staff, is_superuser, generated_count,
                   current_period_count)
SELECT user_id, email, '!' || replace(gen_random_uuid()::text, '-', ''), COALESCE(time_zone, 'UTC'), true, false, false,
       0, 0
  FROM import_accounts WHERE batch = %(batch)s AND is_new
"""

_CHARACTERS = """
INSERT INTO characters (id, user_id, name, description)
SELECT brought.id, brought.user_id, brought.name, brought.description
  FROM import_cast AS brought JOIN import_accounts AS account USING (user_id)
 WHERE account.batch = %(batch)s AND brought.is_new
"""

_JOBS = """
SELECT job.id, job.user_id, job.character_id, job.status,
       jsonb_strip_nulls(jsonb_build_object(
         'prompt', COALESCE(job.prompt, ''), 'quality', job.quality, 'aspect_ratio', job.aspect_ratio,
         'image_count', job.image_count, 'seed', job.seed)),
       job.credits_used, job.created_at, job.started_at, job.completed_at, job.completed_at, COALESCE(job.error, ''),
       COALESCE(job.error_code, ''),
       jsonb_strip_nulls(jsonb_build_object('model', job.model, 'processing_time_ms', job.processing_time_ms)),
       CASE WHEN job.status = 'completed' THEN statement_timestamp() END
  FROM import_jobs_judged AS job JOIN import_accounts AS account USING (user_id)
 WHERE account.batch = %(batch)s AND job.reason IS NULL AND NOT job.is_there
 ORDER BY job.created_at
"""

_MOVEMENTS = """
SELECT moved.id, moved.user_id, placed.seq, moved.type, moved.amount, placed.balance_after,
       CASE WHEN moved.job_id IS NULL THEN '' ELSE 'generation_job' END AS reference_type, moved.job_id AS reference_id,
       CASE WHEN moved.job_id IS NULL THEN NULL ELSE moved.character_id END AS character_id,
       CASE WHEN moved.job_id IS NULL THEN '' ELSE moved.quality_mode END AS quality_mode,
       COALESCE(moved.description, '') AS description, moved.recorded_by_id,
       placed.created_at
  FROM import_transactions_judged AS moved
  JOIN import_placed AS placed USING (line)
  JOIN import_accounts AS account USING (user_id)
 WHERE account.batch = %(batch)s
"""

_COUNTS = """
UPDATE users SET generated_count = generated_count + made.images
  FROM (SELECT job.user_id, sum(job.image_count) AS images
          FROM import_jobs_judged AS job JOIN import_accounts AS account USING (user_id)
         WHERE account.batch = %(batch)s AND job.reason IS NULL AND NOT job.is_there AND job.status = 'completed'
         GROUP BY job.user_id) AS made
 WHERE users.id = made.user_id
"""

# The accounts are opened where they are missing, and held until the batch stands.
_LOCKED = """
INSERT INTO credit_accounts (user_id)
SELECT DISTINCT account.user_id
  FROM import_accounts AS account
  JOIN import_transactions_judged AS moved USING (user_id) JOIN import_placed USING (line)
 WHERE account.batch = %(batch)s ON CONFLICT DO NOTHING;
SELECT FROM credit_accounts JOIN import_accounts AS account USING (user_id)
 WHERE account.batch = %(batch)s ORDER BY user_id FOR UPDATE OF credit_accounts
"""

# Whoever used their account since it was judged: their rows must be judged anew, by another import.
_MOVED_ON = """
WITH moved_on AS (
  UPDATE import_accounts AS account SET batch = 0
    FROM credit_accounts AS now
   WHERE account.batch = %(batch)s AND now.user_id = account.user_id AND now.seq <> account.seq
  RETURNING account.user_id)
INSERT INTO import_rejects
SELECT line, 'the account was used while the import ran: run it again'
  FROM (SELECT line, user_id FROM import_jobs_judged WHERE reason IS NULL AND NOT is_there
        UNION ALL SELECT line, user_id FROM import_transactions_judged JOIN import_placed USING (line)) AS left_out
  JOIN moved_on USING (user_id)
"""


def batches() -> list[int]:
    """Puts the accounts into batches; returns their numbers."""
    with connection.cursor() as cursor:
        cursor.execute(_BATCHES)
        cursor.execute("ANALYZE import_accounts")
        cursor.execute("SELECT DISTINCT batch FROM import_accounts WHERE batch > 0 ORDER BY batch")
        return [batch for (batch,) in cursor.fetchall()]


def write(numbers: list[int]) -> Iterator[int]:
    """Writes the batches, several at once; yields each one's number when it stands.

    The first goes alone. In a new product it fills empty tables, and a planner that takes them for empty has the
    ledger's triggers compare each refund with each charge.
    """
    with ThreadPoolExecutor(max_workers=WRITERS) as writers:
        yield from writers.map(_write_alone, numbers[:1])
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE generation_jobs, credit_transactions")
        yield from writers.map(_write_alone, numbers[1:])


def _write_alone(batch: int) -> int:
    try:
        _write(batch)
    finally:
        connection.close()
    return batch


@transaction.atomic
def _write(batch: int) -> None:
    params = {"batch": batch}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for step in (_PEOPLE, _LOCKED, _MOVED_ON, _CHARACTERS):
            cursor.execute(step, params)
        write_jobs_from(_JOBS, params)
        append_from(_MOVEMENTS, params)
        cursor.execute(_COUNTS, params)
