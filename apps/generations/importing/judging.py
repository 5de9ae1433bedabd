"""Judges what the file says among itself and beside what the product knows: set by set, in the database.

What can't be taken over goes to the rejects with its reason. What is there already, by its id, is passed over, so
that a file can be taken over again.
"""

from collections import deque

from django.db import connection

from apps.common.alone import NOT_VACUUMED
from apps.generations.importing.side_by_side import side_by_side

# Everyone whom the file names: their number, new where the file brings them along, and where their ledger stands.
_ACCOUNTS = f"""
CREATE UNLOGGED TABLE import_accounts {NOT_VACUUMED} AS
SELECT named.email, named.time_zone, person.id IS NULL AND named.declared AS is_new,
       COALESCE(person.id, CASE WHEN named.declared THEN nextval(pg_get_serial_sequence('users', 'id')) END) AS user_id,
       COALESCE(account.seq, 0) AS seq, COALESCE(account.balance, 0) AS balance, account.last_at, 0::bigint AS batch,
       true AS fits
  FROM (SELECT email, max(time_zone) AS time_zone, bool_or(declared) AS declared
          FROM (SELECT email, time_zone, true AS declared FROM import_users
                UNION ALL SELECT DISTINCT email, NULL, false FROM import_characters
                UNION ALL SELECT DISTINCT email, NULL, false FROM import_jobs
                UNION ALL SELECT DISTINCT email, NULL, false FROM import_transactions) AS mentioned
         GROUP BY email) AS named
  LEFT JOIN users AS person ON lower(person.email) = named.email
  LEFT JOIN credit_accounts AS account ON account.user_id = person.id;
ALTER TABLE import_accounts ADD PRIMARY KEY (email);
CREATE INDEX ON import_accounts (user_id);
ANALYZE import_accounts
"""

# The characters of those people: theirs already, or the file's; a name means the one that isn't archived, if any.
_CAST = f"""
CREATE UNLOGGED TABLE import_cast {NOT_VACUUMED} AS
SELECT DISTINCT ON (user_id, name_key) *
  FROM (SELECT known.user_id, lower(known.name) AS name_key, known.id, known.name, known.description,
               false AS is_new, known.archived_at IS NOT NULL AS is_archived
          FROM characters AS known JOIN import_accounts AS account USING (user_id)
        UNION ALL
        SELECT account.user_id, lower(brought.name), uuidv7(), brought.name, COALESCE(brought.description, ''),
               true, false
          FROM import_characters AS brought JOIN import_accounts AS account USING (email)
         WHERE account.user_id IS NOT NULL) AS either
 ORDER BY user_id, name_key, is_new, is_archived, id;
CREATE INDEX ON import_cast (user_id, name_key);
ANALYZE import_cast
"""

_TWICE = "'an earlier line has the same id'"
_NOBODY = "'nobody has this e-mail address, and no line brings them along'"

_CHARACTERS = f"""
INSERT INTO import_rejects
SELECT brought.line, {_NOBODY} FROM import_characters AS brought JOIN import_accounts AS account USING (email)
 WHERE account.user_id IS NULL
"""

# What comes twice, and first where: mostly nothing. To number all lines instead would sort each table whole.
_TWICE_JOBS = f"""
CREATE UNLOGGED TABLE import_twice_jobs {NOT_VACUUMED} AS
SELECT id, min(line) AS line FROM import_jobs GROUP BY id HAVING count(*) > 1;
ANALYZE import_twice_jobs
"""
_TWICE_TRANSACTIONS = f"""
CREATE UNLOGGED TABLE import_twice_transactions {NOT_VACUUMED} AS
SELECT id, min(line) AS line FROM import_transactions GROUP BY id HAVING count(*) > 1;
ANALYZE import_twice_transactions;
CREATE UNLOGGED TABLE import_twice_paid {NOT_VACUUMED} AS
SELECT job_id, type, min(line) AS line FROM import_transactions WHERE job_id IS NOT NULL
 GROUP BY job_id, type HAVING count(*) > 1;
ANALYZE import_twice_paid
"""

_JOBS = f"""
CREATE UNLOGGED TABLE import_jobs_judged {NOT_VACUUMED} AS
SELECT job.*, account.user_id, person.id AS character_id, known.id IS NOT NULL AS is_there,
       CASE WHEN account.user_id IS NULL THEN {_NOBODY}
            WHEN job.character_name IS NOT NULL AND person.id IS NULL
              THEN format('the person has no character called %L', job.character_name)
            WHEN job.line > twice.line THEN {_TWICE}
            WHEN known.id IS NOT NULL AND (known.user_id, known.status, known.credits_used, known.created_at)
                 IS DISTINCT FROM (account.user_id, job.status, job.credits_used, job.created_at)
              THEN 'the id already stands for another job'
       END AS reason
  FROM import_jobs AS job
  JOIN import_accounts AS account USING (email)
  LEFT JOIN import_cast AS person ON person.user_id = account.user_id AND person.name_key = lower(job.character_name)
  LEFT JOIN import_twice_jobs AS twice ON twice.id = job.id
  LEFT JOIN generation_jobs AS known ON known.id = job.id;
INSERT INTO import_rejects SELECT line, reason FROM import_jobs_judged WHERE reason IS NOT NULL;
CREATE INDEX ON import_jobs_judged (user_id);
CREATE UNIQUE INDEX ON import_jobs_judged (id) WHERE reason IS NULL;
ANALYZE import_jobs_judged
"""

# A charge and a refund are of the same job, the person's own; the amount of a charge is what the job says it used.
_TRANSACTIONS = f"""
CREATE UNLOGGED TABLE import_transactions_judged {NOT_VACUUMED} AS
SELECT moved.*, account.user_id, author.id AS recorded_by_id, known.id IS NOT NULL AS is_there,
       COALESCE(brought.character_id, old.character_id) AS character_id,
       COALESCE(brought.quality, old.quality, '') AS quality_mode,
       CASE WHEN account.user_id IS NULL THEN {_NOBODY}
            WHEN moved.line > twice.line THEN {_TWICE}
            WHEN known.id IS NOT NULL AND (known.user_id, known.type, known.amount, known.reference_id)
                 IS DISTINCT FROM (account.user_id, moved.type, moved.amount, moved.job_id)
              THEN 'the id already stands for another transaction'
            WHEN known.id IS NOT NULL THEN NULL
            WHEN moved.by_email IS NOT NULL AND author.id IS NULL
              THEN format('nobody here has the address %s, by whom it was made', moved.by_email)
            WHEN moved.job_id IS NULL THEN NULL
            WHEN COALESCE(brought.id, old.id) IS NULL THEN 'there is no such job, or its line was refused'
            WHEN COALESCE(brought.user_id, old.user_id) <> account.user_id THEN 'the job is someone else''s'
            WHEN abs(moved.amount) <> COALESCE(brought.credits_used, old.credits_used)
              THEN format('the job says that it used %s credits', COALESCE(brought.credits_used, old.credits_used))
            WHEN moved.type = 'refund' AND COALESCE(brought.status, old.status) <> 'failed'
              THEN 'a job that didn''t fail isn''t refunded'
            WHEN other.id IS NOT NULL OR moved.line > again.line THEN format('the job has another %s', moved.type)
       END AS reason
  FROM import_transactions AS moved
  JOIN import_accounts AS account USING (email)
  LEFT JOIN import_jobs_judged AS brought ON brought.id = moved.job_id AND brought.reason IS NULL
  LEFT JOIN generation_jobs AS old ON old.id = moved.job_id
  LEFT JOIN credit_transactions AS known ON known.id = moved.id
  LEFT JOIN credit_transactions AS other ON other.reference_type = 'generation_job'
                                        AND other.reference_id = moved.job_id AND other.type = moved.type
  LEFT JOIN import_twice_transactions AS twice ON twice.id = moved.id
  LEFT JOIN import_twice_paid AS again ON again.job_id = moved.job_id AND again.type = moved.type
  LEFT JOIN users AS author ON lower(author.email) = moved.by_email;
INSERT INTO import_rejects SELECT line, reason FROM import_transactions_judged WHERE reason IS NOT NULL;
CREATE INDEX ON import_transactions_judged (user_id);
ANALYZE import_transactions_judged
"""


_ACCOUNTS_CAST_JOBS = ";".join((_ACCOUNTS, _CAST, _CHARACTERS, _TWICE_JOBS, _JOBS))
# Two processes read the large tables together. The hash tables that they share lie in shared memory, of which a
# container may have no more than 64 MB: each takes at most twice ``work_mem`` for either process.
_TOGETHER = """
SET LOCAL parallel_tuple_cost = 0; SET LOCAL parallel_setup_cost = 0; SET LOCAL max_parallel_workers_per_gather = 1;
SET LOCAL work_mem = '12MB'
"""


def judge() -> None:
    """Judges all that was staged."""
    with connection.cursor() as cursor:
        for table in ("import_users", "import_characters", "import_jobs", "import_transactions"):
            cursor.execute(f"ANALYZE {table}")
    for steps in ([_ACCOUNTS_CAST_JOBS, _TWICE_TRANSACTIONS], [_TRANSACTIONS]):
        deque(side_by_side(steps, _run, settings=_TOGETHER), maxlen=0)


def _run(steps: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(steps)
