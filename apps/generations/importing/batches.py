"""Whole accounts in batches of about as many rows, of which two are worked on at once."""

from collections.abc import Callable, Iterable, Iterator

from django.db import connection

from apps.generations.importing.side_by_side import side_by_side

ROWS_A_BATCH = 20_000

# An account of more rows than a batch has is a batch by itself.
_NUMBERS = f"""
UPDATE import_accounts AS account SET batch = numbered.batch
  FROM (SELECT user_id, 1 + (sum(rows) OVER (ORDER BY user_id) - rows) / {ROWS_A_BATCH} AS batch
          FROM (SELECT account.user_id, COALESCE(jobs.count, 0) + COALESCE(moved.count, 0) + 10 AS rows
                  FROM import_accounts AS account
                  LEFT JOIN (SELECT user_id, count(*) FROM import_jobs_judged
                              WHERE reason IS NULL AND NOT is_there GROUP BY user_id) AS jobs USING (user_id)
                  LEFT JOIN (SELECT user_id, count(*) FROM import_transactions_judged
                              WHERE reason IS NULL AND NOT is_there GROUP BY user_id) AS moved USING (user_id)
                 WHERE account.user_id IS NOT NULL) AS sized) AS numbered
 WHERE account.user_id = numbered.user_id;
CREATE INDEX ON import_accounts (batch);
ANALYZE import_accounts
"""

# A batch is a small part of what was staged, found by index: to read all of it for each would take longer the more
# batches there are. Two batches at once are as much as there are processors for.
_SETTINGS = "SET LOCAL enable_seqscan = off; SET LOCAL max_parallel_workers_per_gather = 0"

# Of a table with people's numbers, those rows that are of the batch's accounts.
OF_BATCH = "user_id = ANY (ARRAY(SELECT user_id FROM import_accounts WHERE batch = %(batch)s))"

Step = Callable[[int], None]


def numbered() -> list[int]:
    """Puts the accounts into batches; returns their numbers."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS)
        cursor.execute("SELECT DISTINCT batch FROM import_accounts WHERE batch > 0 ORDER BY batch")
        return [batch for (batch,) in cursor.fetchall()]


def people() -> list[int]:
    """Whose accounts are in any batch."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id FROM import_accounts WHERE batch > 0 ORDER BY user_id")
        return [user_id for (user_id,) in cursor.fetchall()]


def each(numbers: Iterable[int], step: Step) -> Iterator[int]:
    """Takes the step with each batch, in a transaction of its own; yields the batch's number when that stands."""

    def taken(number: int) -> int:
        step(number)
        return number

    return side_by_side(numbers, taken, settings=_SETTINGS)
