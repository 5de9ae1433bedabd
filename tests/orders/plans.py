"""Plans of questions about few of many orders."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext


def plan_without_sorting(question: QuerySet[Any, Any]) -> str:
    """How PostgreSQL answers where sorting and reading all are out of the question, as they are with many rows.

    An empty table's planner takes whatever comes first.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    return question.explain()


def buffers_of(read: Callable[[], Any]) -> int:
    """How many pages of tables and indexes the SELECTs of a read touch, as it sends them; with warm pages."""
    with CaptureQueriesContext(connection) as sent:
        read()
    return sum(_buffers(query["sql"]) for query in sent.captured_queries if "FROM" in query["sql"])


def _buffers(query: str) -> int:
    with connection.cursor() as cursor:
        for _ in range(2):  # the first run may set hint bits
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query.replace('%', '%%')}", [])
            ((answer,),) = cursor.fetchall()
    root = answer[0]["Plan"]
    return int(root["Shared Hit Blocks"] + root["Shared Read Blocks"])
