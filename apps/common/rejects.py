"""The lines that an import refused: collected in a table of its own, told in a file beside the one it read."""

from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from psycopg import sql


@dataclass(frozen=True, slots=True)
class Rejects:
    """A table with the columns ``line`` and ``reason``."""

    table: str

    def count(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(self.table)))
            return int(cursor.fetchone()[0])

    def list_in(self, path: Path) -> None:
        """Writes them as CSV, straight from the database: there may be as many as lines. None leave no file."""
        if not self.count():
            path.unlink(missing_ok=True)
            return
        listing = sql.SQL(
            "COPY (SELECT line, reason FROM {} ORDER BY line) TO STDOUT (FORMAT csv, HEADER, FORCE_QUOTE (reason))"
        ).format(sql.Identifier(self.table))
        with path.open("wb") as file, connection.cursor() as cursor, cursor.copy(listing) as copy:
            for chunk in copy:
                file.write(chunk)
