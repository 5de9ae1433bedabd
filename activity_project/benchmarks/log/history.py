"""The data: a log of ninety days of orders and syncs, and what of it needs somebody. Same seed, same data.

Written by set-based SQL with triggers off, as the triggers would have left it, and without indexes, which come last.
Chance is a hash of the number of the order and the seed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection

from activity_project.benchmarks.databases import in_bulk

DEFAULT_ROWS = 500_000
DAYS = 90
# Long enough ago that what writers log today is younger than all of it.
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=DAYS)
EVENTS_AN_ORDER = 10
RARE_TYPE, RARE_ROWS = "provider.disconnected", 25
SYNC_PROBLEM = "sync.failed::printify"


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is: ``rows`` entries, about, of which ``open`` need somebody, a tenth of those one problem."""

    rows: int
    open: int
    seed: int

    @property
    def orders_a_day(self) -> int:
        return max((self.rows - self.open) // DAYS // EVENTS_AN_ORDER, 1)

    @property
    def content(self) -> str:
        """Everything that the data follow from."""
        return repr(list(_steps(self)))

    def order_of(self, day: int) -> UUID:
        """An order of that day with a whole story."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT bench_order(%s)", [day * self.orders_a_day])
            return UUID(str(cursor.fetchone()[0]))


def fill(size: Size) -> None:
    """Writes the data into the empty tables of the present database."""
    in_bulk(list(_steps(size)), label=f"data, {size.rows:,} entries")


def add_day(size: Size, day: int) -> None:
    """Writes the orders of one more day, as fast as it can be but with all indexes in place."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(_orders(size, day))
        cursor.execute("RESET session_replication_role")


def _steps(size: Size) -> Iterator[str]:
    yield _FUNCTIONS.format(seed=size.seed)
    yield _WITHOUT_INDEXES
    yield from (_orders(size, day) for day in range(DAYS))
    yield _OPEN.format(open=size.open)
    yield _RARE
    yield from _WITH_INDEXES
    yield _PROBLEMS
    yield from (f"VACUUM (FREEZE, ANALYZE) {table}" for table in ("activity_log", "open_problems", "users"))


def _orders(size: Size, day: int) -> str:
    first = day * size.orders_a_day
    return _ORDERS.format(first=first, last=first + size.orders_a_day - 1, orders_a_day=size.orders_a_day)


_FUNCTIONS = """
CREATE FUNCTION bench_chance(number bigint, which bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $fn$ SELECT hashint8extended(number << 8 | which, {seed}) & 9223372036854775807 $fn$;
CREATE FUNCTION bench_uuid(at timestamptz, number bigint, which bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
  PARALLEL SAFE AS $fn$
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
          || lpad(to_hex(bench_chance(number, which) & 4095), 3, '0') || '8'
          || lpad(to_hex(number << 8 | which), 15, '0'))::uuid
$fn$;
CREATE FUNCTION bench_order(number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $fn$ SELECT bench_uuid('2025-01-01', number, 255) $fn$
"""

# Made after the rows they are over, which takes a tenth of the time; constraints stay.
_WITHOUT_INDEXES = """
CREATE TABLE bench_indexes AS
  SELECT indexname, indexdef FROM pg_indexes
   WHERE tablename = 'activity_log' AND indexname NOT IN (SELECT conname FROM pg_constraint);
DO $do$ DECLARE name text; BEGIN
  FOR name IN SELECT indexname FROM bench_indexes LOOP EXECUTE 'DROP INDEX ' || quote_ident(name); END LOOP;
END $do$
"""

_WITH_INDEXES = (
    """
DO $do$ DECLARE definition text; BEGIN
  FOR definition IN SELECT indexdef FROM bench_indexes LOOP EXECUTE definition; END LOOP;
END $do$
""",
    "DROP TABLE bench_indexes",
)

# A day's orders: ten entries each within some days, recorded seconds later, a few webhooks hours later. In the order of
# recording, as they would lie in life. The source keys of live entries are there: their index is one of the largest.
_ORDERS = f"""
INSERT INTO activity_log (id, event_type, level, order_id, payload, message, occurred_at, inserted_at, fingerprint,
                          source_key)
SELECT bench_uuid(recorded_at, number, step), event_type, 'info', bench_order(number),
       jsonb_build_object('order_number', 'SS-' || number, 'provider', 'printify', 'amount_minor', chance % 90000,
                          'currency', 'GBP', 'tracking_number', chance),
       'Something of the length that a message usually has, about order ' || number, occurred_at, recorded_at,
       event_type || ':' || bench_order(number), 'order:' || bench_order(number) || ':' || event_type || ':' || step
  FROM (SELECT *, occurred_at + CASE WHEN chance % 50 = 0 THEN interval '3 hours' ELSE interval '2 seconds' END
                    AS recorded_at
          FROM (SELECT number, step, event_type, bench_chance(number, step) AS chance,
                       timestamptz '{BEGIN}' + number / {{orders_a_day}} * interval '1 day'
                         + (number % {{orders_a_day}})::float8 / {{orders_a_day}} * interval '1 day'
                         + step * interval '17 minutes' + bench_chance(number, step) % 900 * interval '1 second'
                         AS occurred_at
                  FROM generate_series({{first}}, {{last}}) number,
                       unnest(ARRAY['order.created', 'order.email.confirmation_sent', 'order.submitted',
                                    'order.provider_status', 'order.production', 'order.shipped',
                                    'order.email.shipping_sent', 'email.delivered', 'order.delivered', 'order.note'])
                         WITH ORDINALITY AS kind (event_type, step)) AS happened) AS told
 ORDER BY recorded_at
"""

# Open ones of all ages: most are problems of their own, a tenth are repeats of one.
_OPEN = f"""
INSERT INTO activity_log (id, event_type, level, order_id, payload, message, occurred_at, inserted_at, fingerprint)
SELECT bench_uuid(at, n, 254), CASE WHEN repeat THEN 'sync.failed' ELSE 'order.submission_failed' END, 'error',
       CASE WHEN NOT repeat THEN bench_order(n) END,
       jsonb_build_object('order_number', 'SS-' || n, 'reason', 'insufficient stock', 'provider', 'printify'),
       CASE WHEN repeat THEN 'Product sync failed: API rate limit exceeded'
            ELSE 'Submission to Printify failed: insufficient stock' END,
       at, at + interval '1 second',
       CASE WHEN repeat THEN '{SYNC_PROBLEM}' ELSE 'order.submission_failed:' || bench_order(n) END
  FROM (SELECT n, n % 10 = 0 AS repeat, timestamptz '{BEGIN}' + n::float8 / {{open}} * interval '{DAYS} days' AS at
          FROM generate_series(1, {{open}}) n) AS told
"""

_RARE = f"""
INSERT INTO activity_log (id, event_type, level, payload, message, occurred_at, inserted_at, fingerprint, backfilled)
SELECT bench_uuid(at, n, 253), '{RARE_TYPE}', 'info', '{{"provider": "printify"}}', 'Printify has disconnected', at, at,
       '{RARE_TYPE}', true
  FROM (SELECT n, timestamptz '{BEGIN}' + n * interval '3 days' AS at FROM generate_series(1, {RARE_ROWS}) n) AS told
"""

_PROBLEMS = """
INSERT INTO open_problems (fingerprint, event_type, level, order_id, order_number, message, entries, first_occurred_at,
                           last_occurred_at, last_entry_id)
SELECT fingerprint, min(event_type), 'error', (array_agg(order_id))[1], '', min(message), count(*), min(occurred_at),
       max(occurred_at), (array_agg(id ORDER BY occurred_at DESC, id DESC))[1]
  FROM activity_log WHERE level = 'error' AND resolved_at IS NULL GROUP BY fingerprint
"""
