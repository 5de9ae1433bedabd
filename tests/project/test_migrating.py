"""Changing tables beside a site that goes on: others' locks, and what killed attempts leave."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from activity_project.migrating import AnotherMigrates, considerately, patiently
from apps.common.alone import alone
from tests.running import wait_until
from tests.threads import wait_until_somebody_waits

SHORT_MS = 50
ADD = "ALTER TABLE scratch ADD colour text"
INDEX = "CREATE INDEX CONCURRENTLY scratch_number ON scratch (number)"
IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('scratch_number')"
WAITED_LONGER = f"""
SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))
   AND clock_timestamp() - query_start > interval '{4 * SHORT_MS} milliseconds'
"""


@pytest.fixture(autouse=True)
def scratch(committed: None) -> Iterator[None]:
    """A table that may be changed."""
    run("CREATE TABLE scratch (number int)")
    yield
    run("DROP TABLE scratch")


def run(*statements: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def run_considerately(statement: str) -> None:
    """In a thread, with a connection of its own."""
    try:
        with considerately(SHORT_MS):
            run(statement)
    finally:
        connection.close()


@contextmanager
def somebody_writes() -> Iterator[None]:
    with transaction.atomic():
        run("INSERT INTO scratch VALUES (1)")
        yield


def test_a_change_that_would_hold_others_up_gives_way() -> None:
    with ThreadPoolExecutor(1) as migrating, somebody_writes():
        change = migrating.submit(run_considerately, ADD)

        with pytest.raises(OperationalError) as refusal:
            change.result()
    assert isinstance(refusal.value.__cause__, LockNotAvailable)


def test_a_change_that_gave_way_is_tried_again() -> None:
    tries = []

    def change() -> None:
        tries.append(ADD)
        if len(tries) == 1:
            raise OperationalError from LockNotAvailable()
        run(ADD)

    patiently(change, tries=2, pause_s=0)

    assert len(tries) == 2
    assert run("SELECT colour FROM scratch") == []


def test_what_waiting_cannot_mend_is_not_tried_again() -> None:
    tries = []

    def change() -> None:
        tries.append(ADD)
        raise OperationalError("the server went away")

    with pytest.raises(OperationalError, match="went away"):
        patiently(change, pause_s=0)
    assert len(tries) == 1


def test_two_never_migrate_at_once() -> None:
    def migrate_too() -> None:
        try:
            patiently(lambda: None, tries=2, pause_s=0)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other, alone("migrate", busy=AnotherMigrates), pytest.raises(AnotherMigrates):
        other.submit(migrate_too).result()


def test_an_index_that_is_in_nobodys_way_waits_for_as_long_as_it_takes() -> None:
    with ThreadPoolExecutor(1) as migrating:
        with somebody_writes():
            index = migrating.submit(run_considerately, INDEX)
            wait_until_somebody_waits()
            wait_until(lambda: run(WAITED_LONGER), "the index waits for longer than other changes may")
        index.result()

    assert run(IS_VALID) == [(True,)]


def test_what_a_killed_attempt_left_of_an_index_is_made_anew() -> None:
    run(INDEX, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass('scratch_number')")

    with considerately():
        run(INDEX)

    assert run(IS_VALID) == [(True,)]


def test_the_command_leaves_the_connection_as_it_was() -> None:
    before = run("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")

    call_command("migrate", verbosity=0)

    assert run("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')") == before
