"""How fast the log of orders is rebuilt, and how much memory that takes."""

import multiprocessing
from collections.abc import Iterator
from resource import RUSAGE_SELF, getrusage
from time import perf_counter
from typing import Any, Final

from django.db import connection

from activity_project.benchmarks.figures import Figure
from apps.orders.backfill.run import Backfilled, backfill

MOST_ORDERS: Final = 100_000
KB_A_MB: Final = 1_000
_FORK: Final = multiprocessing.get_context("fork")

# Orders as another shop's history brings them: paid, sent and delivered, one in forty called off instead.
ORDERS: Final = """
INSERT INTO orders (id, number, email, shipping_address, subtotal_minor, total_minor, currency, created_at, paid_at,
                    shipped_at, delivered_at, cancelled_at, provider_status, tracking_carrier, imported_from)
SELECT uuidv7(), 'SS-' || n, '', '{{"name": "bench"}}', 4300, 4300, 'BRL', at, at + interval '9 minutes',
       CASE WHEN n % 40 > 0 THEN at + interval '2 days' END, CASE WHEN n % 40 > 0 THEN at + interval '9 days' END,
       CASE WHEN n % 40 = 0 THEN at + interval '1 day' END, 'delivered', 'DHL', 'bench:' || n
  FROM (SELECT n, timestamptz '2017-01-01' + n * interval '10 minutes' AS at FROM generate_series(1, {orders}) n) AS it;
INSERT INTO order_shipments (order_id, number, carrier, url, shipped_at)
SELECT id, '', 'DHL', '', shipped_at FROM orders WHERE shipped_at IS NOT NULL
"""


def fill(orders: int) -> None:
    """Writes so many orders without a timeline."""
    with connection.cursor() as cursor:
        cursor.execute(ORDERS.format(orders=orders))
        cursor.execute("ANALYZE orders, order_shipments")


def figures() -> Iterator[Figure]:
    """Rebuilds the log of all orders; a second run finds nothing to do."""
    done, seconds, peak_mb = _in_its_own_process()
    again, _seconds, _peak_mb = _in_its_own_process()
    about = f"{done.entries:,} entries of {done.without:,} orders"
    yield Figure(name="backfill, entries a second", value=done.entries / seconds, least=5_000, about=about)
    yield Figure(name="backfill, memory at its peak", value=peak_mb, most=300, unit="MB")
    yield Figure(name="entries that a second backfill adds", value=again.entries, most=0)


def _in_its_own_process() -> tuple[Backfilled, float, float]:
    connection.close()
    results: Any = _FORK.SimpleQueue()
    runner = _FORK.Process(target=_run, args=(results,), daemon=True)
    runner.start()
    result: tuple[Backfilled, float, float] = results.get()
    runner.join()
    return result


def _run(results: Any) -> None:
    start = perf_counter()
    done = sum(backfill(since=None, write=True), start=Backfilled())
    results.put((done, perf_counter() - start, getrusage(RUSAGE_SELF).ru_maxrss / KB_A_MB))
    connection.close()
