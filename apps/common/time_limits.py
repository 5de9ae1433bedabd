"""A limit on how long the database works on a question, kept by the database itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled


class TookTooLong(Exception):
    """A statement was stopped at its limit; nothing was written."""


@contextmanager
def at_most(milliseconds: int) -> Iterator[None]:
    """Stops each statement of the block after so long. Raises TookTooLong, once the block's work has been undone."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(milliseconds)])
        try:
            yield
        except OperationalError as error:
            if isinstance(error.__cause__, QueryCanceled):
                raise TookTooLong from error
            raise
