"""A database of a benchmark's own, on the server of the product's: made once, and used again while it is the same."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2s
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from apps.common.progress import track

_STAMP_TABLE = "benchmark_data"
# Triggers off, because the steps leave what they would have left; a database that can be made anew needn't be durable.
_IN_BULK = {
    "session_replication_role": "replica",
    "statement_timeout": "0",
    "work_mem": "'256MB'",
    "maintenance_work_mem": "'1GB'",
    "synchronous_commit": "off",
}

# A version 7 UUID of that time, the same for the same key.
UUID_FUNCTION = """
CREATE FUNCTION bench_uuid(at timestamptz, key text) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $fn$
  SELECT overlay(overlay(md5(key) PLACING '8' FROM 17)
                 PLACING lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' FROM 1)::uuid
$fn$
"""

# Made after the rows they are over, which takes a tenth of the time; a constraint is checked for all rows at once.
_WITHOUT_INDEXES = """
CREATE TABLE bench_constraints AS
  SELECT conrelid::regclass AS home, conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
   WHERE conrelid IN ({tables}) AND contype IN ('u', 'c');
CREATE TABLE bench_indexes AS
  SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
   WHERE indrelid IN ({tables}) AND indexrelid NOT IN (SELECT conindid FROM pg_constraint);
DO $do$ DECLARE each record; BEGIN
  FOR each IN SELECT * FROM bench_constraints LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', each.home, each.conname);
  END LOOP;
  FOR each IN SELECT * FROM bench_indexes LOOP EXECUTE format('DROP INDEX %s', each.name); END LOOP;
END $do$
"""

WITH_INDEXES = """
DO $do$ DECLARE each record; BEGIN
  FOR each IN SELECT * FROM bench_indexes LOOP EXECUTE each.definition; END LOOP;
  FOR each IN SELECT * FROM bench_constraints LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', each.home, each.conname, each.definition);
  END LOOP;
END $do$;
DROP TABLE bench_indexes, bench_constraints
"""


def without_indexes(*tables: str) -> str:
    """The statement that takes these tables' indexes and checks away, until ``WITH_INDEXES`` makes them again."""
    return _WITHOUT_INDEXES.format(tables=", ".join(f"'{table}'::regclass" for table in tables))


@contextmanager
def own_database(suffix: str, *, content: str, fill: Callable[[], None], fresh: bool) -> Iterator[None]:
    """Has Django's connection lead to the database ``<name>_bench_<suffix>`` within the block.

    It is made anew where ``fresh`` says so, or where it doesn't hold what ``content`` describes under the present
    migrations: half-filled ones carry no stamp.
    """
    product, options = connection.settings_dict["NAME"], connection.settings_dict["OPTIONS"]
    name, stamp = f"{product}_bench_{suffix}", _stamp(content)
    exists = _exists(name)
    try:
        # Designs that read a whole history are compared with, however long that takes.
        patient = f"{options.get('options', '')} -c statement_timeout=0"
        connection.settings_dict["OPTIONS"] = options | {"options": patient}
        if fresh or not exists or not _holds(name, stamp):
            _create_anew(product, name)
            _fill(name, fill, stamp)
        _lead_to(name)
        yield
    finally:
        connection.settings_dict["OPTIONS"] = options
        _lead_to(product)


def here() -> dict[str, str]:
    """What a command is told by environment variables, to work on the present database."""
    to = connection.settings_dict
    account = quote(to["USER"], safe="") + (f":{quote(to['PASSWORD'], safe='')}" if to["PASSWORD"] else "")
    place = urlencode({name: to[name.upper()] for name in ("host", "port") if to[name.upper()]})
    database = f"postgresql://{account}@/{quote(to['NAME'], safe='')}?{place}"
    return {"DATABASE_URL": database, "DATABASE_DIRECT_URL": "", "REDIS_URL": settings.BROKER_URL}


def in_bulk(steps: Sequence[str], *, label: str) -> None:
    """Runs statements that write much into the present database, as fast as that goes."""
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET {name} = {value}" for name, value in _IN_BULK.items()))
        for step in track(steps, total=len(steps), label=label):
            cursor.execute(step)
        cursor.execute("; ".join(f"RESET {name}" for name in _IN_BULK))


def forget_content() -> None:
    """The present benchmark's data won't be what they were: next time they are made anew."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_STAMP_TABLE}")


def _stamp(content: str) -> str:
    leaves = sorted(MigrationLoader(None).graph.leaf_nodes())
    return blake2s(f"{content}|{leaves}".encode(), digest_size=16).hexdigest()


def _exists(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def _holds(name: str, stamp: str) -> bool:
    _lead_to(name)
    with connection.cursor() as cursor:
        if _STAMP_TABLE not in connection.introspection.table_names(cursor):
            return False
        cursor.execute(f"SELECT stamp = %s FROM {_STAMP_TABLE}", [stamp])
        return bool(cursor.fetchone()[0])


def _create_anew(product: str, name: str) -> None:
    _lead_to(product)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _fill(name: str, fill: Callable[[], None], stamp: str) -> None:
    _lead_to(name)
    call_command("migrate", verbosity=0)
    fill()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {_STAMP_TABLE} AS SELECT %s::text AS stamp", [stamp])


def _lead_to(name: str) -> None:
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's wrapper has it
    connection.settings_dict["NAME"] = name
