"""Puts the orders into the product's tables: whole orders, some thousands a transaction."""

from collections.abc import Iterator
from typing import Final

from django.db import connection, transaction

ORDERS_A_BATCH: Final = 2_000

_BATCH: Final = "FROM import_orders_numbered WHERE place > %(after)s AND place <= %(until)s"
_ORDERS: Final = f"""
INSERT INTO orders (id, number, email, shipping_address, subtotal_minor, shipping_minor, tax_minor, total_minor,
                    refunded_minor, currency, created_at, paid_at, submitted_at, in_production_at, shipped_at,
                    delivered_at, cancelled_at, refunded_at, provider_status, tracking_carrier, tracking_number,
                    imported_from)
SELECT id, number, email, CASE WHEN customer = '' THEN '{{}}'::jsonb ELSE jsonb_build_object('name', customer) END,
       subtotal_minor, shipping_minor, tax_minor, total_minor, refunded_minor, currency, created_at, paid_at,
       submitted_at, in_production_at, shipped_at, delivered_at, cancelled_at, refunded_at, provider_status, carrier,
       tracking_number, imported_from
  {_BATCH}
"""
_LINES: Final = f"""
INSERT INTO order_lines (id, order_id, position, title, unit_price_minor, quantity)
SELECT uuidv7(), id, 1, items, subtotal_minor, 1 {_BATCH} AND items <> ''
"""
_SHIPMENTS: Final = f"""
INSERT INTO order_shipments (order_id, number, carrier, url, shipped_at)
SELECT id, tracking_number, carrier, '', shipped_at {_BATCH} AND shipped_at IS NOT NULL
"""
_REFUNDS: Final = f"""
INSERT INTO order_refunds (order_id, total_minor, amount_minor, refunded_at)
SELECT id, refunded_minor, refunded_minor, refunded_at {_BATCH} AND refunded_minor > 0
"""


def batches(orders: int) -> int:
    """In how many transactions so many orders are written."""
    return -(-orders // ORDERS_A_BATCH)


def write(orders: int) -> Iterator[int]:
    """Writes the numbered orders; yields after each batch how many it held."""
    for after in range(0, orders, ORDERS_A_BATCH):
        yield _write(after, min(after + ORDERS_A_BATCH, orders))


@transaction.atomic
def _write(after: int, until: int) -> int:
    with connection.cursor() as cursor:
        for statement in (_ORDERS, _LINES, _SHIPMENTS, _REFUNDS):
            cursor.execute(statement, {"after": after, "until": until})
    return until - after
