"""The import's own tables: what the file says, before it is judged and put into the product's.

They aren't logged, and are dropped when the import is over, or by the next one where it was cut off.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection

from apps.common.alone import UNLIMITED, alone, own_tables
from apps.common.rejects import Rejects
from apps.orders.importing.rows import ImportedOrder

REJECTS: Final = Rejects("import_order_rejects")
_ROWS_A_COPY: Final = 5_000

_COLUMNS: Final = (
    "id uuid, imported_from text, email text, customer text, provider_status text, currency text,"
    " subtotal_minor integer, shipping_minor integer, tax_minor integer, total_minor integer, refunded_minor integer,"
    " created_at timestamptz, paid_at timestamptz, submitted_at timestamptz, in_production_at timestamptz,"
    " shipped_at timestamptz, delivered_at timestamptz, cancelled_at timestamptz, refunded_at timestamptz,"
    " carrier text, tracking_number text, items text"
)
_TABLES: Final = {
    "import_orders": f"line bigint, {_COLUMNS}",
    REJECTS.table: "line bigint, reason text",
    "import_orders_numbered": f"place bigint, number text, {_COLUMNS}",
}


class AnotherImport(Exception):
    """Another import of orders is running on this database."""


@contextmanager
def tables() -> Iterator[None]:
    """Has the import's tables within the block, empty at first. Raises AnotherImport."""
    with alone("import orders", busy=AnotherImport, settings=UNLIMITED), own_tables(_TABLES):
        yield


class Copier:
    """Copies what was read into the import's tables, some thousand rows at a time."""

    def __init__(self) -> None:
        self._orders: list[tuple[Any, ...]] = []
        self._rejects: list[tuple[Any, ...]] = []

    def add(self, line: int, order: ImportedOrder) -> None:
        """An order that is sound by itself."""
        self._orders.append((line, *order.cells()))
        if len(self._orders) >= _ROWS_A_COPY:
            self.flush()

    def reject(self, line: int, reason: str) -> None:
        """A line that can't be taken over."""
        self._rejects.append((line, reason))
        if len(self._rejects) >= _ROWS_A_COPY:
            self.flush()

    def flush(self) -> None:
        """Copies what is waiting."""
        for table, rows in (("import_orders", self._orders), (REJECTS.table, self._rejects)):
            with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            rows.clear()
