"""The import's own tables: what the file says, before it is judged and moved into the product's.

They aren't logged, and are dropped when the import is over, or by the next one where it was cut off.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.db import connection

from apps.common.alone import UNLIMITED, alone, own_tables
from apps.generations.importing.rows import Cells, Kind

_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})

_TABLES = {
    "import_users": "line bigint, email text, time_zone text",
    "import_characters": "line bigint, email text, name text, description text",
    "import_jobs": (
        "line bigint, id uuid, email text, character_name text, status text, prompt text, quality text,"
        " aspect_ratio text, image_count smallint, seed bigint, credits_used bigint, created_at timestamptz,"
        " started_at timestamptz, completed_at timestamptz, error text, error_code text, model text,"
        " processing_time_ms bigint"
    ),
    "import_transactions": (
        "line bigint, id uuid, email text, type text, amount bigint, job_id uuid, description text,"
        " created_at timestamptz, by_email text"
    ),
    "import_rejects": "line bigint, reason text",
    "import_placed": "line bigint, user_id bigint, seq bigint, balance_after bigint, created_at timestamptz",
}
_JUDGED = (
    *("import_twice_jobs", "import_twice_transactions", "import_twice_paid"),
    *("import_accounts", "import_cast", "import_jobs_judged", "import_transactions_judged"),
)
_TABLE_OF = {
    Kind.USER: "import_users",
    Kind.CHARACTER: "import_characters",
    Kind.JOB: "import_jobs",
    Kind.TRANSACTION: "import_transactions",
}


Texts = Mapping[str, bytes]


class AnotherImport(Exception):
    """Another import is running on this database."""


@contextmanager
def tables() -> Iterator[None]:
    """Has the import's tables within the block, empty at first. Raises AnotherImport."""
    # Sums over a whole history take longer than a page may.
    settings = UNLIMITED | {"work_mem": "64MB"}
    with alone("generations", busy=AnotherImport, settings=settings), own_tables(_TABLES, made_later=_JUDGED):
        yield


def copy(texts: Texts) -> None:
    """Copies the lines into their tables."""
    for table, text in texts.items():
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN (NULL '')") as into:
            into.write(text)


class Copies:
    """Lines for the import's tables, as COPY reads them."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {}

    def add(self, kind: Kind, line: int, cells: Cells) -> None:
        """One record that is sound by itself."""
        self._add(_TABLE_OF[kind], (line, *cells))

    def reject(self, line: int, reason: str) -> None:
        """One that can't be taken over."""
        self._add("import_rejects", (line, reason))

    def place(self, line: int, user_id: int, seq: int, balance_after: int, created_at: datetime) -> None:
        """Where in its account's chain a transaction stands."""
        self._add("import_placed", (line, user_id, seq, balance_after, created_at))

    def texts(self) -> Texts:
        """All of them, by table."""
        return {table: "".join(lines).encode() for table, lines in self._lines.items()}

    def _add(self, table: str, cells: Cells) -> None:
        self._lines.setdefault(table, []).append(_copied(cells))


def _copied(cells: Cells) -> str:
    """The cells as COPY reads them; nothing is null. Few hold what must be escaped, and to look once is faster."""
    line = "\t".join(map(str, cells))
    if "\\" in line or "\n" in line or "\r" in line or line.count("\t") >= len(cells):
        line = "\t".join(str(cell).translate(_ESCAPED) for cell in cells)
    return f"{line}\n"
