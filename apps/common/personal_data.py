"""What is kept of a person, given out and taken away: the words that each app's ``personal_data`` is written in.

Rows stay, words go, sums stand: the ledger still adds up and everybody's figures are the same after somebody has gone,
but nothing says any more who that was.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, Final

from django.db import connection, transaction
from django.db.migrations.operations import RunSQL

# What stands where somebody's words stood and a word is needed.
ERASED: Final = "erased"

# What a part of the data is, and its rows, of any number.
Section = tuple[str, Iterable[Mapping[str, object]]]


class NotNow(Exception):
    """A person can't be erased at this moment; the text says what has to end first."""


def anonymous(name: str) -> str:
    """What names a person or their parcel, as a part of a key: keys never change, and a person can be erased."""
    return sha256(name.strip().lower().encode(errors="replace")).hexdigest()[:16]


@contextmanager
def permitted_erasure(of: str) -> Iterator[None]:
    """A transaction in which tables that are only appended to let go of the words that may be erased.

    ``of`` is the name before ``.permit`` that their triggers ask for. However many rows: no statement in it has a time
    limit.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, 'erase', true)", [f"{of}.permit"])
        cursor.execute("SET LOCAL statement_timeout = 0")
        yield
        cursor.execute("SELECT set_config(%s, '', true)", [f"{of}.permit"])


class ErasableWords(RunSQL):
    """Migration operation: of an append-only table these columns alone can be changed, in a permitted erasure alone."""

    def __init__(self, table: str, *columns: str, permit: str) -> None:
        self.table, self.columns, self.permit = table, columns, permit
        named = ",".join(columns)
        refusal = f"""
              RAISE EXCEPTION '{table} is append-only: write a new row that corrects the old one'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = '{table}_append_only', TABLE = '{table}';
            END $fn$"""
        function = f"CREATE OR REPLACE FUNCTION {table}_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $fn$"
        super().__init__(
            f"""{function}
            DECLARE words text[] := '{{{named}}}';
            BEGIN
              IF TG_OP = 'UPDATE' AND current_setting('{permit}.permit', true) = 'erase' THEN
                -- Generated columns aren't there yet; they follow from the others.
                words := words || ARRAY(SELECT attname::text FROM pg_attribute
                                         WHERE attrelid = TG_RELID AND attgenerated <> '');
                IF to_jsonb(NEW) - words = to_jsonb(OLD) - words THEN
                  RETURN NEW;
                END IF;
              END IF;{refusal}""",
            reverse_sql=f"""{function}
            BEGIN{refusal}""",
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.table, *self.columns], {"permit": self.permit}
