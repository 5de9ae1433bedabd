"""PostgreSQL words that Django doesn't speak: id and transaction functions, append-only tables, prepared reads."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations import RunSQL
from psycopg.rows import TupleRow

_NAMED = re.compile(r"%\((\w+)\)s")


class UuidV7(models.Func):
    """A time-ordered UUID from the server: index pages fill in order, unlike with random ones."""

    function = "uuidv7"
    output_field = models.UUIDField()


class ClockTimestamp(models.Func):
    """The time at this very moment; ``now()`` would be the transaction's start, which runs backwards under locks."""

    function = "clock_timestamp"
    output_field = models.DateTimeField()


class CurrentTransactionId(models.Func):
    """The id of the running top-level transaction, to ask a snapshot later whether it had seen it."""

    function = "pg_current_xact_id"

    @property
    def output_field(self) -> "TransactionIdField":
        return TransactionIdField()


class TransactionIdField(models.Field):  # type: ignore[type-arg]
    """A 64-bit transaction id (``xid8``), which never wraps around."""

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::text::xid8"

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else str(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        return None if value is None else int(value)


class UuidV7Function(RunSQL):
    """Migration operation: gives servers before 18 the function ``uuidv7()`` that 18 brings along.

    Forty-eight bits of milliseconds, then version and variant, then what ``gen_random_uuid()`` drew (RFC 9562).
    """

    SQL = """
    DO $do$ BEGIN
      IF to_regprocedure('uuidv7()') IS NULL THEN
        CREATE FUNCTION uuidv7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $fn$
          SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
                  || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid
        $fn$;
      END IF;
    END $do$
    """

    def __init__(self) -> None:
        super().__init__(self.SQL, reverse_sql=RunSQL.noop)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [], {}


class AppendOnly(RunSQL):
    """Migration operation: the table refuses UPDATE, DELETE and TRUNCATE from everyone, superusers included."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(
            f"""
            CREATE FUNCTION {table}_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $fn$
            BEGIN
              RAISE EXCEPTION '{table} is append-only: write a new row that corrects the old one'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = '{table}_append_only', TABLE = '{table}';
            END $fn$;
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
              FOR EACH ROW EXECUTE FUNCTION {table}_refuse_change();
            CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
              FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse_change();
            """,
            reverse_sql=f"""
            DROP TRIGGER {table}_append_only ON {table};
            DROP TRIGGER {table}_no_truncate ON {table};
            DROP FUNCTION {table}_refuse_change();
            """,
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.table], {}


def fetch_prepared(query: str, params: Mapping[str, Any]) -> list[TupleRow]:
    """Rows of a statement with named parameters that the server prepares once a connection and answers in binary.

    Measured at half to a third of the time of the same text through ``connection.cursor()``, which binds on the
    client and so plans every call anew. The statement is logged as Django logs its own, so that query counts hold.
    """
    text, names = numbered(query)
    values = [params[name] for name in names]
    db = connections[DEFAULT_DB_ALIAS]
    # What Django does before it makes a cursor; its own two around psycopg's would take a tenth of a short statement.
    db.close_if_health_check_failed()
    db.ensure_connection()
    logged = _logged(db, query, params) if db.queries_logged else nullcontext()
    with db.wrap_database_errors, logged, psycopg.RawCursor(db.connection) as cursor:
        return cursor.execute(text, values, prepare=True, binary=True).fetchall()


def fetch_bound(query: str, params: Mapping[str, Any]) -> list[TupleRow]:
    """Rows of a statement whose values go beside it, each in the format that its place asks for (``%(name)b``: binary).

    For arrays of texts: written into a statement, each quotation mark of theirs is escaped by itself.
    """
    db = connections[DEFAULT_DB_ALIAS]
    db.ensure_connection()
    with db.wrap_database_errors, psycopg.Cursor(db.connection) as cursor:
        return cursor.execute(query, params).fetchall()


@contextmanager
def _logged(db: BaseDatabaseWrapper, query: str, params: Mapping[str, Any]) -> Iterator[None]:
    with db.cursor() as wrapper, wrapper.debug_sql(query, params):
        yield


@lru_cache(maxsize=512)
def numbered(query: str) -> tuple[bytes, tuple[str, ...]]:
    """The statement with PostgreSQL's own ``$1``, ``$2`` for ``%(name)s``, and the names in the order of the numbers.

    Once a statement: psycopg takes long ones apart at every call, which took it longer than the server to answer.
    """
    names = tuple(dict.fromkeys(_NAMED.findall(query)))
    number = {name: f"${place}" for place, name in enumerate(names, start=1)}
    return _NAMED.sub(lambda match: number[match[1]], query).encode(), names
