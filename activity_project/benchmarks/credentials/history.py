"""The data: one large issuer and many small ones, a year of issuing. Same seed, same data.

Written by set-based SQL with triggers off, as the triggers would have left it. Chance is a hash of the issuer, the
number of the issuance and the seed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from activity_project.benchmarks.databases import UUID_FUNCTION, WITH_INDEXES, in_bulk, without_indexes

DEFAULT_ROWS = 200_000
LARGE, SMALL = 1, 2
START = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 365
MONTH = (START + timedelta(days=180), START + timedelta(days=210))
RECIPIENTS = 20_000
ISSUANCES_OF_SMALL = 500
LARGE_SHARE = 0.4
EVENTS_A_CHAIN = 1.8


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is: ``rows`` events, about."""

    rows: int
    seed: int

    @property
    def large_issuances(self) -> int:
        return int(self.rows * LARGE_SHARE / EVENTS_A_CHAIN)

    @property
    def small_issuers(self) -> int:
        return max(int(self.rows * (1 - LARGE_SHARE) / EVENTS_A_CHAIN / ISSUANCES_OF_SMALL), 2)

    @property
    def content(self) -> str:
        """Everything that the data follow from."""
        return repr(list(_steps(self)))


def fill(size: Size) -> None:
    """Writes the data into the empty tables of the present database."""
    in_bulk(list(_steps(size)), label=f"data, {size.rows:,} events")


def _steps(size: Size) -> Iterator[str]:
    last_issuer = SMALL + size.small_issuers - 1
    yield UUID_FUNCTION
    yield _CHANCE.format(seed=size.seed)
    yield without_indexes("credential_issuances", "credential_activity")
    yield _PEOPLE.format(last_issuer=last_issuer, last=last_issuer + RECIPIENTS)
    yield _ISSUANCES.format(
        large=size.large_issuances, small=ISSUANCES_OF_SMALL, last_issuer=last_issuer, recipients=RECIPIENTS
    )
    yield _EVENTS
    yield WITH_INDEXES
    yield from (f"VACUUM (FREEZE, ANALYZE) {table}" for table in _TABLES)


_TABLES = ("users", "credential_profiles", "credential_boosts", "credential_issuances", "credential_activity")

_CHANCE = """
CREATE FUNCTION bench_chance(issuer bigint, number bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $fn$ SELECT hashint8extended(issuer << 32 | number, {seed}) & 9223372036854775807 $fn$
"""

_PEOPLE = f"""
INSERT INTO users (id, public_id, email, password, time_zone, is_active, is_staff, is_superuser, generated_count,
                   current_period_count)
SELECT n, bench_uuid('{START}', 'person ' || n), 'person' || n || '@bench.example', '!', 'UTC', true, false, false, 0, 0
  FROM generate_series(1, {{last}}) n;
INSERT INTO credential_profiles (id, user_id, handle, display_name)
SELECT n, n, 'profile-' || n, 'Profile ' || n FROM generate_series(1, {{last}}) n;
INSERT INTO credential_boosts (id, owner_id, name, category, description, criteria, state, updated_at)
SELECT bench_uuid('{START}', issuer || ' boost ' || n), issuer, 'Boost ' || n, 'Badge', '', '', 'live', '{START}'
  FROM generate_series(1, {{last_issuer}}) issuer, generate_series(0, 9) n
"""

# A chain begins at an even microsecond of its own stretch of the year, and its last event lies at an odd one: so an
# issuer's times don't repeat. In the order of time, so that issuers lie scattered in the table as they would in life.
_ISSUANCES = f"""
WITH numbered AS (
  SELECT {LARGE}::bigint AS issuer, n::bigint, interval '{DAYS} days' / {{large}} AS step
    FROM generate_series(0, {{large}} - 1) n
  UNION ALL
  SELECT issuer, n, interval '{DAYS} days' / {{small}}
    FROM generate_series({SMALL}, {{last_issuer}}) issuer, generate_series(0, {{small}} - 1) n),
thrown AS (SELECT *, bench_chance(issuer, n) AS chance, bench_chance(issuer, -1 - n) AS other FROM numbered),
told AS (
  SELECT *, chance % 20 AS kind, {{last_issuer}} + 1 + other % {{recipients}} AS recipient,
         timestamptz '{START}' + n * step
           + chance % (extract(epoch FROM step) * 500000)::bigint * interval '2 microseconds' AS first_at,
         (1 + other % 200000000000 / 2 * 2) * interval '1 microsecond' AS passed
    FROM thrown),
ended AS (
  SELECT *, CASE WHEN kind < 9 OR kind BETWEEN 12 AND 15 THEN 'CLAIMED' WHEN kind < 12 THEN 'DELIVERED'
                 WHEN kind < 18 THEN 'CREATED' WHEN kind = 18 THEN 'EXPIRED' ELSE 'FAILED' END AS latest_type,
         kind BETWEEN 9 AND 11 OR kind BETWEEN 16 AND 17 AS has_one
    FROM told)
INSERT INTO credential_issuances (issuer_id, activity_id, boost_id, integration_id, title, category, standing,
                                  recipient_type, recipient_identifier, recipient_profile_id, source, latest_type,
                                  latest_at, first_at, claimed_at, was_created, was_delivered, event_count, error)
SELECT issuer, bench_uuid(first_at, issuer || ' ' || n)::text,
       bench_uuid('{START}', issuer || ' boost ' || chance % 10), NULL, '', '',
       CASE WHEN other % 100 = 1 THEN 'revoked' WHEN other % 100 = 2 THEN 'suspended' ELSE 'active' END,
       CASE WHEN kind < 12 THEN 'profile' ELSE 'email' END,
       CASE WHEN kind < 12 THEN 'profile-' || recipient ELSE 'someone' || recipient || '@bench.example' END,
       CASE WHEN kind < 16 THEN recipient END, 'send', latest_type,
       CASE WHEN has_one THEN first_at ELSE first_at + passed END, first_at,
       CASE WHEN latest_type = 'CLAIMED' THEN first_at + passed END, kind >= 12, kind < 12 OR kind = 15,
       CASE WHEN has_one THEN 1 WHEN kind = 15 THEN 3 ELSE 2 END,
       CASE WHEN kind = 19 THEN 'No such mailbox' ELSE '' END
  FROM ended ORDER BY first_at
"""

_EVENTS = """
WITH event AS (
  SELECT id, CASE WHEN was_created THEN 'CREATED' ELSE 'DELIVERED' END AS type, first_at AS at FROM credential_issuances
  UNION ALL
  SELECT id, 'DELIVERED', first_at + interval '1 microsecond' FROM credential_issuances WHERE event_count = 3
  UNION ALL
  SELECT id, latest_type, latest_at FROM credential_issuances WHERE event_count > 1)
INSERT INTO credential_activity (id, issuance_id, activity_id, actor_id, event_type, timestamp, recipient_type,
                                 recipient_identifier, recipient_profile_id, boost_id, credential_id, source, metadata)
SELECT bench_uuid(at, id || type), id, activity_id, issuer_id, type, at,
       CASE WHEN to_profile THEN 'profile' ELSE 'email' END,
       CASE WHEN to_profile THEN 'profile-' || recipient_profile_id ELSE recipient_identifier END,
       CASE WHEN to_profile THEN recipient_profile_id END, boost_id,
       CASE WHEN to_profile THEN bench_uuid(first_at, id || 'credential') END,
       CASE WHEN type = 'CLAIMED' THEN 'claim' ELSE 'send' END,
       CASE WHEN type = 'FAILED' THEN jsonb_build_object('error', 'No such mailbox') END
  FROM event JOIN credential_issuances USING (id), LATERAL (SELECT type IN ('DELIVERED', 'CLAIMED') AS to_profile) AS x
 ORDER BY at
"""
