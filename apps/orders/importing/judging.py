"""Judges what the file says among itself and beside the orders that are here, and numbers what is to be written."""

from typing import Final

from django.db import connection

from apps.orders.importing.staging import REJECTS
from apps.orders.operations.placing import PREFIX

_REFUSE: Final = f"""
INSERT INTO {REJECTS.table}
SELECT line, reason
  FROM (SELECT brought.line,
               CASE WHEN row_number() OVER (PARTITION BY brought.imported_from ORDER BY brought.line) > 1
                      THEN 'an earlier line has the same order_id'
                    WHEN (known.created_at, known.total_minor, known.currency)
                         IS DISTINCT FROM (brought.created_at, brought.total_minor, brought.currency)
                         AND known.id IS NOT NULL
                      THEN 'the order_id already stands for another order' END AS reason
          FROM import_orders AS brought LEFT JOIN orders AS known USING (imported_from)) AS judged
 WHERE reason IS NOT NULL
"""

# Days as in a number that was given out live, so that no order of such a day ever has the same.
_NUMBER: Final = f"""
WITH fresh AS (
  SELECT brought.*, (brought.created_at AT TIME ZONE 'UTC')::date AS day
    FROM import_orders AS brought
   WHERE NOT EXISTS (SELECT FROM {REJECTS.table} AS refused WHERE refused.line = brought.line)
     AND NOT EXISTS (SELECT FROM orders AS known WHERE known.imported_from = brought.imported_from)),
counted AS (SELECT day, count(*) AS orders FROM fresh GROUP BY day),
given AS (
  INSERT INTO order_numbers AS number (day, last) SELECT day, orders FROM counted ORDER BY day
  ON CONFLICT (day) DO UPDATE SET last = number.last + EXCLUDED.last
  RETURNING day, last),
placed AS (
  SELECT fresh.*, row_number() OVER (ORDER BY line) AS place,
         (last - orders + row_number() OVER (PARTITION BY day ORDER BY fresh.created_at, line))::text AS nth
    FROM fresh JOIN counted USING (day) JOIN given USING (day))
INSERT INTO import_orders_numbered
SELECT place, '{PREFIX}-' || to_char(day, 'YYMMDD') || '-' || lpad(nth, GREATEST(4, length(nth)), '0'),
       id, imported_from, email, customer, provider_status, currency, subtotal_minor, shipping_minor, tax_minor,
       total_minor, refunded_minor, created_at, paid_at, submitted_at, in_production_at, shipped_at, delivered_at,
       cancelled_at, refunded_at, carrier, tracking_number, items
  FROM placed
"""


def judge() -> None:
    """Refuses what can't be taken over."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE import_orders")
        cursor.execute(_REFUSE)
        cursor.execute(f"CREATE INDEX ON {REJECTS.table} (line); ANALYZE {REJECTS.table}")


def number() -> int:
    """Numbers the orders that aren't here yet; how many. Where the import is cut off then, numbers are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER)
        written: int = cursor.rowcount
        cursor.execute("CREATE INDEX ON import_orders_numbered (place); ANALYZE import_orders_numbered")
    return written
