"""One order's whole story."""

from typing import Any, Final
from uuid import UUID

from apps.common.sql import fetch_prepared
from apps.orders.feed.entries import COLUMNS, WITH_RESOLVERS, Entry, entries_of
from apps.orders.models import Order

# A story that is longer is cut; no order comes near.
MAX_TIMELINE: Final = 1_000


def list_for_order(order: Order | UUID) -> list[Entry]:
    """One order's story, oldest first."""
    return entries_of(fetch_prepared(*timeline_statement(order.pk if isinstance(order, Order) else order)))


def timeline_statement(order_id: UUID) -> tuple[str, dict[str, Any]]:
    """One order's entries."""
    query = f"""
    WITH page AS MATERIALIZED (
      SELECT {COLUMNS} FROM activity_log WHERE order_id = %(order_id)s
       ORDER BY occurred_at, id LIMIT {MAX_TIMELINE})
    {WITH_RESOLVERS} ORDER BY page.occurred_at, page.id
    """
    return query, {"order_id": order_id}
