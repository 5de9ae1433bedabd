"""What the log's table refuses, whoever writes: everything but new rows, resolutions, and what the pruner may."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from apps.accounts.models import User
from apps.orders import feed
from apps.orders.log import log_event, resolve
from apps.orders.models import ActivityEntry, Order
from tests.orders.factories import NOON

pytestmark = pytest.mark.django_db


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def log(order: Order, teammate: User) -> Order:
    """One line of each kind: info, an open warning, a resolved warning."""
    log_event("order.delivered", order=order, source_key="delivery:1")
    log_event("order.cancelled", order=order, occurred_at=NOON)
    log_event("order.cancelled", order=order, occurred_at=NOON + timedelta(minutes=1))
    resolve(ActivityEntry.objects.get(occurred_at=NOON).pk, teammate)
    return order


CHANGES = (
    "id = uuidv7()",
    "event_type = 'order.shipped'",
    "level = 'error'",
    "payload = '{}'",
    "message = 'never happened'",
    "occurred_at = now()",
    "inserted_at = now() - interval '1 year'",
    "fingerprint = 'x'",
    "source_key = id::text",
    "backfilled = true",
    "order_id = uuidv7()",
    "written_xid = '3'",
)


@pytest.mark.parametrize("change", CHANGES)
def test_what_an_entry_says_never_changes(log: Order, change: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        run(f"UPDATE activity_log SET {change}")


@pytest.mark.parametrize("statement", ["DELETE FROM activity_log", "TRUNCATE activity_log CASCADE"])
def test_entries_are_not_removed(log: Order, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        run(statement)


def test_the_pruner_removes_what_needs_nobody(log: Order) -> None:
    done = "level = 'info' OR resolved_at IS NOT NULL"
    run(f"SET LOCAL activity_log.permit = 'prune'; DELETE FROM activity_log WHERE {done}")

    assert [entry.needs_attention for entry in feed.list_recent().entries] == [True]


def test_not_even_the_pruner_removes_what_needs_a_person(log: Order) -> None:
    with pytest.raises(DatabaseError, match="kept until it is resolved"):
        run("SET LOCAL activity_log.permit = 'prune'; DELETE FROM activity_log")


def test_the_permit_ends_with_its_transaction() -> None:
    log_event("order.delivered")
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT s; SET LOCAL activity_log.permit = 'prune'; ROLLBACK TO SAVEPOINT s")
    with pytest.raises(DatabaseError, match="only the pruner"):
        run("DELETE FROM activity_log")


def test_the_erasure_of_a_person_takes_words_and_nothing_else(log: Order) -> None:
    run("SET LOCAL activity_log.permit = 'erase'; UPDATE activity_log SET message = 'erased', payload = '{}'")

    assert {entry.message for entry in feed.list_for_order(log)} == {"erased"}
    with pytest.raises(DatabaseError, match="append-only"):
        run("SET LOCAL activity_log.permit = 'erase'; UPDATE activity_log SET level = 'info'")


@pytest.mark.parametrize(
    "change", ["resolved_at = now()", "resolution = 'manual'", "resolved_at = now(), resolution = 'magic'"]
)
def test_a_resolution_is_whole(log: Order, change: str) -> None:
    with pytest.raises(DatabaseError, match="entry_resolution_is_whole"):
        run(f"UPDATE activity_log SET {change} WHERE resolved_at IS NULL")


def test_a_level_that_is_none_is_refused() -> None:
    with pytest.raises(DatabaseError, match="entry_level_is_known"):
        run(
            "INSERT INTO activity_log (id, event_type, level, payload, message, occurred_at, fingerprint)"
            " VALUES (uuidv7(), 'x', 'debug', '{}', '', now(), '')"
        )


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM activity_log_resolutions",
        "UPDATE activity_log_resolutions SET made_at = now()",
        "UPDATE activity_log_resolutions SET entry_ids = '{}', undone_at = now(), undone_by_id = made_by_id",
    ],
)
def test_acts_stay_on_record(log: Order, statement: str) -> None:
    with pytest.raises(DatabaseError, match="is kept as it was"):
        run(statement)
