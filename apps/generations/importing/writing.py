"""Moves what was judged sound into the product's tables: some whole accounts a transaction, several at once.

Cut off between two, those that were written stand with all that belongs to them, and the next import passes them over.
"""

from collections.abc import Iterator

from django.db import connection

from apps.credits.history import append_from
from apps.generations.history import write_jobs_from
from apps.generations.importing import batches
from apps.generations.importing.batches import OF_BATCH

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

_JOBS = f"""
SELECT job.id, job.user_id, job.character_id, job.status,
       jsonb_strip_nulls(jsonb_build_object(
         'prompt', COALESCE(job.prompt, ''), 'quality', job.quality, 'aspect_ratio', job.aspect_ratio,
         'image_count', job.image_count, 'seed', job.seed)),
       job.credits_used, job.created_at, job.started_at, job.completed_at, job.completed_at, COALESCE(job.error, ''),
       COALESCE(job.error_code, ''),
       jsonb_strip_nulls(jsonb_build_object('model', job.model, 'processing_time_ms', job.processing_time_ms)),
       CASE WHEN job.status = 'completed' THEN statement_timestamp() END
  FROM import_jobs_judged AS job
 WHERE job.{OF_BATCH} AND job.reason IS NULL AND NOT job.is_there
 ORDER BY job.created_at
"""

_MOVEMENTS = f"""
SELECT moved.id, moved.user_id, placed.seq, moved.type, moved.amount, placed.balance_after,
       CASE WHEN moved.job_id IS NULL THEN '' ELSE 'generation_job' END AS reference_type, moved.job_id AS reference_id,
       CASE WHEN moved.job_id IS NULL THEN NULL ELSE moved.character_id END AS character_id,
       CASE WHEN moved.job_id IS NULL THEN '' ELSE moved.quality_mode END AS quality_mode,
       COALESCE(moved.description, '') AS description, moved.recorded_by_id,
       placed.created_at
  FROM import_placed AS placed JOIN import_transactions_judged AS moved USING (line)
 WHERE placed.{OF_BATCH} AND moved.{OF_BATCH}
"""

# The accounts are opened where they are missing, and held until the batch stands.
_LOCKED = """
INSERT INTO credit_accounts (user_id)
SELECT user_id FROM import_accounts AS account
 WHERE batch = %(batch)s AND EXISTS (SELECT FROM import_placed AS placed WHERE placed.user_id = account.user_id)
    ON CONFLICT DO NOTHING;
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
        UNION ALL SELECT line, user_id FROM import_placed) AS left_out
  JOIN moved_on USING (user_id)
"""


def write(numbers: list[int]) -> Iterator[int]:
    """Writes the batches; yields each one's number when it stands.

    The first goes alone. In a new product it fills empty tables, and a planner that takes them for empty has each
    row look for those that it names among all that are there.
    """
    yield from batches.each(numbers[:1], _write)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE users, characters, generation_jobs, credit_transactions, credit_accounts")
    yield from batches.each(numbers[1:], _write)


def _write(batch: int) -> None:
    params = {"batch": batch}
    with connection.cursor() as cursor:
        for step in (_PEOPLE, _LOCKED, _MOVED_ON, _CHARACTERS):
            cursor.execute(step, params)
    write_jobs_from(_JOBS, params)
    append_from(_MOVEMENTS, params)
