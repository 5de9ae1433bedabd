"""Whether this installation can serve, and whether what it does in the background keeps up: one reading a part.

Pages need the database, migrated. Everything else may be away for a while: pages stay up, what is asked for waits in
the database, and the readings tell an operator. No part can hold the answer up for longer than ``PATIENCE_S``.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import Error, connection, connections
from django.db.migrations.executor import MigrationExecutor
from redis.exceptions import RedisError

from activity_project.monitoring import broker
from activity_project.monitoring.probes import Probe
from apps.common import clock, heartbeat
from apps.common.replica import has_replica, seconds_behind
from apps.common.time_limits import TookTooLong, at_most
from apps.orders.log import spool
from apps.webhooks.models import WebhookDelivery

# For all parts together; each statement has its own limit, the setting READYZ_ANSWER_MS.
PATIENCE_S: Final = 2.5
MAX_COUNTED: Final = 1_000
# Without these the web processes can't serve.
NEEDED: Final = frozenset({"database", "migrations"})


class Reading(NamedTuple):
    """A figure and the most it may be. No figure: the part didn't answer, or there is nothing to measure yet."""

    figure: int | None
    limit: int
    unit: str

    @property
    def ok(self) -> bool:
        return self.figure is not None and self.figure <= self.limit

    def as_json(self) -> dict[str, Any]:
        return {"ok": self.ok, **self._asdict()}


def readings() -> dict[str, Reading]:
    """Every part by its name, in the order in which an operator would look."""
    deadline = time.monotonic() + PATIENCE_S
    asked = [_database_probe.start(), _broker_probe.start(), *([_replica_probe.start()] if has_replica() else [])]
    found = {"activity_log_spool": _spool()}
    for answer in asked:
        try:
            found |= answer.result(max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            continue
    return {name: found.get(name, unanswered) for name, unanswered in _unanswered().items()}


def status_of(found: Mapping[str, Reading]) -> str:
    """``ready``; ``degraded`` where only work in the background suffers; ``unavailable`` where pages do."""
    failing = {name for name, reading in found.items() if not reading.ok}
    if failing & NEEDED:
        return "unavailable"
    return "degraded" if failing else "ready"


def overdue_deliveries() -> int:
    """Webhooks that should have been processed by now, counted up to ``MAX_COUNTED``."""
    return WebhookDelivery.objects.overdue()[:MAX_COUNTED].count()


def _unanswered() -> dict[str, Reading]:
    answer = Reading(None, settings.READYZ_ANSWER_MS, "ms")
    replica = {"replica": Reading(None, settings.DATABASE_REPLICA_LAG_SECONDS, "s")} if has_replica() else {}
    return {
        "database": answer,
        "migrations": Reading(None, 0, "unapplied"),
        **replica,
        "broker": answer,
        "clock": Reading(None, settings.READYZ_CLOCK_SECONDS, "s"),
        "beat": Reading(None, settings.READYZ_BEAT_SECONDS, "s"),
        "activity_log_spool": Reading(None, settings.READYZ_SPOOL_ENTRIES, "entries"),
        "webhook_inbox": Reading(None, settings.READYZ_INBOX_DELIVERIES, "overdue"),
    }


def _ask_database() -> dict[str, Reading]:
    """What is read from the database; nothing more where that doesn't answer at all."""
    try:
        database = _reading("database", _answer_ms)
        if not database.ok:
            return {"database": database}
        return {"database": database, **{name: _reading(name, ask) for name, ask in _IN_DATABASE.items()}}
    finally:
        connection.close()


def _reading(name: str, ask: Callable[[], int | None]) -> Reading:
    unanswered = _unanswered()[name]
    try:
        with at_most(settings.READYZ_ANSWER_MS):
            return unanswered._replace(figure=ask())
    except (Error, TookTooLong):
        return unanswered


def _answer_ms() -> int:
    begun = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return int((time.monotonic() - begun) * 1_000)


def _unapplied() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _clocks_apart_s() -> int:
    """Between this process and the database. Stripe's signatures and second factors are judged by this process's."""
    return int(abs(time.time() - clock.now().timestamp()))


_IN_DATABASE: Final[dict[str, Callable[[], int | None]]] = {
    "migrations": _unapplied,
    "clock": _clocks_apart_s,
    "beat": heartbeat.age_s,
    "webhook_inbox": overdue_deliveries,
}


def _ask_broker() -> dict[str, Reading]:
    begun = time.monotonic()
    try:
        with broker.connected() as client:
            client.ping()
    except RedisError:
        return {}
    return {"broker": _unanswered()["broker"]._replace(figure=int((time.monotonic() - begun) * 1_000))}


def _ask_replica() -> dict[str, Reading]:
    """How far it is behind, in seconds begun. Without it pages are read from the primary."""
    try:
        return {"replica": _unanswered()["replica"]._replace(figure=seconds_behind())}
    except Error:
        return {}
    finally:
        connections.close_all()


def _spool() -> Reading:
    return _unanswered()["activity_log_spool"]._replace(figure=spool.depth())


_database_probe: Final = Probe(_ask_database)
_broker_probe: Final = Probe(_ask_broker)
_replica_probe: Final = Probe(_ask_replica)
