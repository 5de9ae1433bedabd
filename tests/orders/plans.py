"""Plans of questions about few of many orders."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet


def plan_without_sorting(question: QuerySet[Any, Any]) -> str:
    """How PostgreSQL answers where sorting and reading all are out of the question, as they are with many rows.

    An empty table's planner takes whatever comes first.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    return question.explain()
