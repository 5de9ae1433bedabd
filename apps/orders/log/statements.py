"""The statements that write the log. Each is one round trip, also with its savepoint and its limit on waiting."""

from typing import Any, Final, NamedTuple

from django.db import connection

from apps.orders.log.entries import NewEntry

# Nobody who has work to do waits longer than this for the log.
LOCK_TIMEOUT: Final = "2s"

_INSERT: Final = """
INSERT INTO activity_log (id, event_type, level, order_id, payload, message, occurred_at, fingerprint, source_key)
VALUES (%(id)s, %(event_type)s, %(level)s, %(order_id)s, %(payload)s::jsonb, %(message)s,
        COALESCE(%(occurred_at)s, clock_timestamp()), %(fingerprint)s, %(source_key)s)
ON CONFLICT DO NOTHING
"""

# The success and what it mends, all at once; whoever is about to resolve the same entries waits or is waited for.
_INSERT_AND_MEND: Final = f"""
WITH entry AS ({_INSERT} RETURNING id, occurred_at),
mended AS (
  SELECT problem.id FROM activity_log AS problem, entry
   WHERE problem.fingerprint = ANY(%(mended)s)
     AND problem.level IN ('warning', 'error') AND problem.resolved_at IS NULL
     AND (problem.occurred_at <= entry.occurred_at OR problem.fingerprint = ANY(%(mended_whenever)s))
   ORDER BY problem.id FOR UPDATE OF problem),
act AS (
  INSERT INTO activity_log_resolutions (kind, entry_ids, mended_by_id)
  SELECT 'recovered', array_agg(mended.id), %(id)s FROM mended HAVING count(*) > 0
  RETURNING id, entry_ids, made_at)
UPDATE activity_log AS problem
   SET resolved_at = act.made_at, resolution = 'recovered', resolved_in_id = act.id
  FROM act WHERE problem.id = ANY(act.entry_ids)
"""

# A problem that is written late, and was mended in the meantime, is written as resolved.
_INSERT_LATE: Final = """
WITH mender AS (
  (SELECT id FROM activity_log
    WHERE %(order_id)s::uuid IS NOT NULL AND order_id = %(order_id)s
      AND fingerprint = ANY(%(menders)s) AND occurred_at >= %(occurred_at)s LIMIT 1)
  UNION ALL
  (SELECT id FROM activity_log
    WHERE %(order_id)s::uuid IS NULL AND event_type = ANY(%(mending_types)s) AND level = 'info'
      AND fingerprint = ANY(%(menders)s) AND occurred_at >= %(occurred_at)s LIMIT 1)),
act AS (
  INSERT INTO activity_log_resolutions (kind, entry_ids, mended_by_id)
  SELECT 'recovered', ARRAY[%(id)s]::uuid[], mender.id FROM mender
   WHERE NOT EXISTS (SELECT FROM activity_log WHERE id = %(id)s OR source_key = %(source_key)s)
  RETURNING id, made_at)
INSERT INTO activity_log (id, event_type, level, order_id, payload, message, occurred_at, fingerprint, source_key,
                          resolved_at, resolution, resolved_in_id)
SELECT %(id)s, %(event_type)s, %(level)s, %(order_id)s, %(payload)s::jsonb, %(message)s, %(occurred_at)s,
       %(fingerprint)s, %(source_key)s, act.made_at, CASE WHEN act.id IS NULL THEN '' ELSE 'recovered' END, act.id
  FROM (VALUES (1)) AS one LEFT JOIN act ON true
ON CONFLICT DO NOTHING
"""

_WAIT_BRIEFLY: Final = f"SELECT set_config('lock_timeout', '{LOCK_TIMEOUT}', true)"
_ENTER: Final = f"""
SAVEPOINT activity_log_entry;
SELECT set_config('activity_log.lock_timeout', current_setting('lock_timeout'), true);
{_WAIT_BRIEFLY};
"""
_LEAVE: Final = """;
SELECT set_config('lock_timeout', current_setting('activity_log.lock_timeout'), true);
RELEASE SAVEPOINT activity_log_entry
"""
_GIVE_UP: Final = "ROLLBACK TO SAVEPOINT activity_log_entry; RELEASE SAVEPOINT activity_log_entry"


def insert(entry: NewEntry) -> None:
    """Writes the entry unless it is there; whatever the database raises leaves the caller's transaction as it was."""
    params = {name: getattr(entry, name) for name in NewEntry.__slots__}
    params |= {name: list(params[name]) for name in ("mended", "mended_whenever", "menders", "mending_types")}
    if connection.in_atomic_block:
        _in_savepoint(_statement_for(entry), params)
    else:
        _execute(f"{_WAIT_BRIEFLY}; {_statement_for(entry)}", params)


class Transaction(NamedTuple):
    """A transaction's id, and the server (its system identifier) that gave it: after a restore to another, the same
    id is somebody else's."""

    id: int
    server: int


def current_transaction() -> Transaction:
    """The running transaction. Raises where it is beyond saving, or the connection is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint, system_identifier FROM pg_control_system()")
        return Transaction(*cursor.fetchone())


def status_of(transaction: Transaction) -> str:
    """What became of a transaction: ``committed``, ``aborted``, ``in progress``, ``ours``, or ``forgotten``."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT CASE WHEN %(server)s <> (SELECT system_identifier FROM pg_control_system()) THEN 'forgotten'
                        WHEN pg_current_xact_id_if_assigned()::text = %(id)s THEN 'ours'
                        WHEN %(id)s::xid8 >= pg_snapshot_xmax(pg_current_snapshot())
                          AND %(id)s::xid8 > pg_current_xact_id() THEN 'forgotten'
                        ELSE COALESCE(pg_xact_status(%(id)s::xid8), 'forgotten') END
            """,
            {"id": str(transaction.id), "server": transaction.server},
        )
        (status,) = cursor.fetchone()
    return str(status)


def _statement_for(entry: NewEntry) -> str:
    if entry.may_come_too_late:
        return _INSERT_LATE
    return _INSERT_AND_MEND if entry.mended else _INSERT


def _in_savepoint(statement: str, params: dict[str, Any]) -> None:
    try:
        _execute(f"{_ENTER}{statement}{_LEAVE}", params)
    except Exception:
        _execute(_GIVE_UP)
        raise


def _execute(statement: str, params: dict[str, Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
