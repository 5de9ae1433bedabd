"""What a statement costs the server: EXPLAIN ANALYZE of it as a web process runs it."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg import sql

from apps.common.sql import numbered


class Plan(NamedTuple):
    """What EXPLAIN ANALYZE tells of a statement."""

    root: dict[str, Any]

    @property
    def nodes(self) -> list[dict[str, Any]]:
        return list(_nodes(self.root))

    @property
    def buffers(self) -> int:
        """Shared buffers touched: pages of tables and indexes, each time one is looked at."""
        return int(self.root["Shared Hit Blocks"] + self.root["Shared Read Blocks"])

    def rows_read(self, indexes: Collection[str]) -> int:
        """Rows that the scans of these indexes read, those that a filter then left out included."""
        scans = (node for node in self.nodes if node.get("Index Name") in indexes)
        return sum(
            round((scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0)) * scan["Actual Loops"])
            for scan in scans
        )


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def explain(query: str, params: Mapping[str, Any]) -> Plan:
    """The plan of a statement with named parameters: prepared, and planned without a look at the parameters."""
    text, names = numbered(query)
    values = sql.SQL(", ").join(sql.Literal(params[name]) for name in names)
    execute = sql.SQL("EXECUTE asked ({})" if names else "EXECUTE asked").format(values)
    with connection.cursor() as db:
        db.execute("SET plan_cache_mode = force_generic_plan")
        db.execute(f"PREPARE asked AS {text.decode()}")
        try:
            db.execute(sql.SQL("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {}").format(execute))
            (answer,) = db.fetchone()
        finally:
            db.execute("DEALLOCATE asked")
    return Plan(answer[0]["Plan"])


def explain_all(read: Callable[[], object]) -> list[Plan]:
    """The plans of all that a read selects, with the values with which it was sent."""
    with CaptureQueriesContext(connection) as sent:
        read()
    selects = [query["sql"].replace("%", "%%") for query in sent.captured_queries if " FROM " in query["sql"]]
    return [_plan(select) for select in selects]


def _plan(query: str) -> Plan:
    with connection.cursor() as db:
        db.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}", [])
        (answer,) = db.fetchone()
    return Plan(answer[0]["Plan"])
