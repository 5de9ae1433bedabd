"""``log_event`` where the database, the disk or the caller itself goes wrong: real failures, made from outside.

Each time the caller notices nothing, its transaction commits where that is possible, and the line is there in the end,
once.
"""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import LazySettings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from apps.orders import feed
from apps.orders.log import drain_spool, log_event, spool, statements
from apps.orders.log.entries import MAX_PAYLOAD_CHARACTERS
from apps.orders.models import ActivityEntry, Order
from tests.orders.factories import NOON, VariantFactory, open_order
from tests.threads import at_once

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

Spooled = Callable[[], list[Path]]


@pytest.fixture
def order(committed: None) -> Order:
    return open_order()


@contextmanager
def from_elsewhere() -> Iterator[psycopg.Connection[Any]]:
    """A connection of someone else's to the same database."""
    parameters = connection.get_connection_params()
    wanted = {name: parameters[name] for name in ("dbname", "user", "host", "port", "password") if parameters.get(name)}
    with psycopg.connect(**wanted, autocommit=True) as other:
        yield other


@contextmanager
def without_the_table() -> Iterator[None]:
    """The log is away, as in the middle of a bad deploy."""
    with from_elsewhere() as other:
        other.execute("ALTER TABLE activity_log RENAME TO activity_log_away")
        try:
            yield
        finally:
            other.execute("ALTER TABLE activity_log_away RENAME TO activity_log")


@contextmanager
def a_constraint_against_it() -> Iterator[None]:
    with from_elsewhere() as other:
        other.execute("ALTER TABLE activity_log ADD CONSTRAINT refused CHECK (event_type <> 'order.delivered')")
        try:
            yield
        finally:
            other.execute("ALTER TABLE activity_log DROP CONSTRAINT refused")


@contextmanager
def the_table_locked() -> Iterator[None]:
    """A migration holds the table; the log waits for it only so long."""
    with from_elsewhere() as other, other.transaction():
        other.execute("LOCK TABLE activity_log IN ACCESS EXCLUSIVE MODE")
        yield


@contextmanager
def no_time() -> Iterator[None]:
    """Writing a row takes longer than the caller's statements may."""
    with from_elsewhere() as other:
        other.execute(
            "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS"
            " $fn$ BEGIN PERFORM pg_sleep(10); RETURN NEW; END $fn$"
        )
        other.execute("CREATE TRIGGER dawdle BEFORE INSERT ON activity_log FOR EACH ROW EXECUTE FUNCTION dawdle()")
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '200ms'")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET statement_timeout")
            other.execute("DROP TRIGGER dawdle ON activity_log")
            other.execute("DROP FUNCTION dawdle")


TROUBLES = {
    "table away": without_the_table,
    "constraint": a_constraint_against_it,
    "table locked": the_table_locked,
    "statement timeout": no_time,
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_business_transaction_commits_and_the_line_comes_later_once(
    trouble: str, order: Order, spooled: Spooled, lines: Callable[..., list[str]]
) -> None:
    with TROUBLES[trouble]():
        with transaction.atomic():
            Order.objects.filter(pk=order.pk).update(fulfilment_error="before")
            log_event("order.delivered", order=order, occurred_at=NOON)
            Order.objects.filter(pk=order.pk).update(fulfilment_error="after")
        assert len(spooled()) == feed.count_delayed() == 1

    order.refresh_from_db()
    assert order.fulfilment_error == "after"
    assert drain_spool().written == 1
    assert drain_spool().written == 0
    assert lines(order) == ["Delivered"]
    assert feed.list_for_order(order)[0].occurred_at == NOON
    assert spooled() == []


@pytest.mark.parametrize("trouble", TROUBLES)
def test_outside_a_transaction_it_is_the_same(
    trouble: str, order: Order, spooled: Spooled, lines: Callable[..., list[str]]
) -> None:
    with TROUBLES[trouble]():
        log_event("order.delivered", order=order)
        assert len(spooled()) == 1

    drain_spool()
    assert lines(order) == ["Delivered"]


def test_what_was_spooled_vanishes_with_the_transaction_that_told_it(
    order: Order, spooled: Spooled, lines: Callable[..., list[str]]
) -> None:
    with without_the_table(), transaction.atomic():
        log_event("order.delivered", order=order)
        transaction.set_rollback(True)

    assert len(spooled()) == 1
    assert drain_spool().dropped == 1
    assert (lines(order), spooled()) == ([], [])


def test_what_belongs_to_a_running_transaction_waits_for_its_end(order: Order, lines: Callable[..., list[str]]) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '60s'")
        with a_constraint_against_it_in(connection):
            log_event("order.delivered", order=order)
        (outcome,) = at_once(1, lambda _: drain_spool()).answers
        assert (outcome.written, outcome.waiting) == (0, 1)

    assert drain_spool().written == 1
    assert lines(order) == ["Delivered"]


@contextmanager
def a_constraint_against_it_in(here: Any) -> Iterator[None]:
    """As above, but seen by this transaction only: its own temporary table stands before the real one."""
    with here.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE activity_log (LIKE activity_log INCLUDING DEFAULTS) ON COMMIT DROP")
        cursor.execute("ALTER TABLE pg_temp.activity_log ADD CHECK (false)")
        yield
        cursor.execute("DROP TABLE pg_temp.activity_log")


def terminate_the_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    with from_elsewhere() as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])


def test_a_lost_connection_loses_the_work_and_keeps_an_unconfirmed_line(
    order: Order, spooled: Spooled, lines: Callable[..., list[str]]
) -> None:
    with pytest.raises((OperationalError, InterfaceError)), transaction.atomic():  # noqa: PT012
        Order.objects.filter(pk=order.pk).update(fulfilment_error="lost")
        terminate_the_connection()
        log_event("order.delivered", order=order, source_key="delivery:1")
    connection.close()

    assert len(spooled()) == 1
    order.refresh_from_db()
    assert order.fulfilment_error == ""
    drain_spool()
    assert lines(order) == ["Delivered (not confirmed: the database connection was lost)"]
    log_event("order.delivered", order=order, source_key="delivery:1")
    assert len(lines(order)) == 1


def test_a_connection_lost_outside_a_transaction_delays_the_line(order: Order, lines: Callable[..., list[str]]) -> None:
    terminate_the_connection()
    log_event("order.delivered", order=order)
    connection.close()

    assert drain_spool().written == 1
    assert lines(order) == ["Delivered"]


def test_a_transaction_that_is_broken_already_keeps_an_unconfirmed_line(
    order: Order, lines: Callable[..., list[str]]
) -> None:
    with transaction.atomic():
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")
        log_event("order.submission_failed", order=order, payload={"provider": "printify", "reason": "no stock"})
        transaction.set_rollback(True)

    drain_spool()
    (line,) = lines(order)
    assert line.startswith("Submission to Printify failed: no stock (not confirmed")


def test_the_caller_goes_on_in_the_same_transaction_after_a_refusal(order: Order) -> None:
    with a_constraint_against_it(), transaction.atomic():
        for _ in range(3):
            log_event("order.delivered", order=order)
            VariantFactory.create()

    assert drain_spool().written == 3


class Unspeakable:
    def __str__(self) -> str:
        raise RuntimeError("not even its text")


ODD_PAYLOADS: dict[str, Any] = {
    "no JSON": {"amount_minor": object()},
    "not a number": {"amount_minor": float("nan"), "more": [float("inf")]},
    "null characters": {"reason": "a\0b", "deep": [{"x\0": "\0"}]},
    "half a surrogate pair": {"reason": "\ud800"},
    "huge": {"text": "x" * 10_000_000, "small": 1},
    "many": {f"name {n}": "y" * 100 for n in range(10_000)},
    "endless number": {"n": 10**5000},
    "keys that are none": {1: "one", None: "none", (1, 2): "pair"},
    "unspeakable": {"it": Unspeakable()},
    "no mapping": ["a", "list"],
    "set": {"tags": {"a"}},
    "amount of a wrong type": {"amount_minor": "many", "currency": 7},
    "number of a kind of its own": {"amount_minor": Decimal("4.30"), "currency": "GBP"},
}
LOOPED: dict[str, Any] = {}
LOOPED["self"] = LOOPED
ODD_PAYLOADS["endless"] = LOOPED


@pytest.mark.parametrize("name", ODD_PAYLOADS)
def test_an_odd_payload_costs_its_words_at_most(name: str, order: Order, spooled: Spooled) -> None:
    with transaction.atomic():
        log_event("order.refunded", order=order, payload=ODD_PAYLOADS[name])
        Order.objects.filter(pk=order.pk).update(fulfilment_error="went on")

    (entry,) = feed.list_for_order(order)
    assert entry.message.startswith("Refunded ")
    assert len(json.dumps(entry.payload)) <= 2 * MAX_PAYLOAD_CHARACTERS
    assert Order.objects.get(pk=order.pk).fulfilment_error == "went on"
    assert spooled() == []


ODD_ARGUMENTS: dict[str, dict[str, Any]] = {
    "unknown type": {"event_type": "order.teleported"},
    "no type": {"event_type": None},
    "endless type": {"event_type": "x" * 10_000},
    "unknown level": {"level": "catastrophe"},
    "time without a zone": {"occurred_at": NOON.replace(tzinfo=None)},
    "no time": {"occurred_at": "yesterday"},
    "endless key": {"source_key": "k" * 10_000},
    "key with null characters": {"source_key": "k\0"},
    "no order": {"order": "the red one"},
    "unspeakable order": {"order": Unspeakable()},
}


@pytest.mark.parametrize("name", ODD_ARGUMENTS)
def test_an_odd_argument_never_raises_and_never_loses_the_line(name: str, lines: Callable[..., list[str]]) -> None:
    asked = {"event_type": "order.delivered"} | ODD_ARGUMENTS[name]
    log_event(asked.pop("event_type"), **asked)

    assert ActivityEntry.objects.count() + drain_spool().written == 1


def test_an_unknown_type_needs_attention_because_it_is_a_fault(lines: Callable[..., list[str]]) -> None:
    log_event("order.teleported")

    assert lines() == ["Unknown event: order.teleported"]
    assert feed.count_needing_attention() == 1


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """The kernel takes so many bytes of a file and refuses the next, as it does where a disk is full."""
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def test_a_full_disk_leaves_no_half_file_and_the_whole_entry_in_the_log(
    order: Order, spooled: Spooled, caplog: pytest.LogCaptureFixture
) -> None:
    with a_constraint_against_it(), files_no_larger_than(100), transaction.atomic():
        log_event("order.delivered", order=order, payload={"carrier": "DHL"})
        Order.objects.filter(pk=order.pk).update(fulfilment_error="went on")

    assert Order.objects.get(pk=order.pk).fulfilment_error == "went on"
    assert spooled() == []
    kept = [record.getMessage() for record in caplog.records if "activity entry not kept" in record.getMessage()]
    assert len(kept) == 1
    assert str(order.pk) in kept[0]
    assert "DHL" in kept[0]


def test_a_spool_that_cannot_be_a_folder_is_as_bad_and_as_quiet(order: Order, settings: LazySettings) -> None:
    Path(settings.ACTIVITY_LOG_SPOOL).write_text("in the way")
    with a_constraint_against_it():
        log_event("order.delivered", order=order)


def test_a_crash_between_writing_and_removing_writes_nothing_twice(
    order: Order, spooled: Spooled, lines: Callable[..., list[str]]
) -> None:
    with without_the_table():
        log_event("order.delivered", order=order)
    statements.insert(spool.read(spooled()[0]).entry)

    assert drain_spool().written == 1
    assert lines(order) == ["Delivered"]
    assert spooled() == []


def test_many_drains_at_once_write_each_line_once(order: Order, spooled: Spooled) -> None:
    with without_the_table():
        for number in range(40):
            log_event("order.note", order=order, payload={"text": f"{number}"})

    assert at_once(6, lambda _: drain_spool()).errors == []
    assert [entry.message for entry in feed.list_for_order(order)] == [f"{number}" for number in range(40)]
    assert spooled() == []


def test_a_drain_without_a_database_leaves_everything(order: Order, spooled: Spooled) -> None:
    with without_the_table():
        log_event("order.note", order=order, payload={"text": "1"})
        log_event("order.note", order=order, payload={"text": "2"})
        assert drain_spool() == (0, 0, 2)
    assert len(spooled()) == 2


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"entry": {}, "transaction": null}', '{"entry": 3}'])
def test_a_file_that_is_no_entry_is_put_aside_and_still_counted(
    content: str, order: Order, settings: LazySettings, lines: Callable[..., list[str]]
) -> None:
    with without_the_table():
        log_event("order.delivered", order=order)
    Path(settings.ACTIVITY_LOG_SPOOL, "0.json").write_text(content)

    drain_spool()

    assert lines(order) == ["Delivered"]
    assert feed.count_delayed() == 1


LOGS_AND_IS_KILLED = """
import os, signal, django
django.setup()
from apps.orders.log import log_event
log_event("order.note", payload={"text": "from a process that was killed"})
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_another_process_spooled_before_it_was_killed_is_written(
    settings: LazySettings, lines: Callable[..., list[str]], spooled: Spooled, tmp_path: Path
) -> None:
    settings.ACTIVITY_LOG_SPOOL = tmp_path / "other" / "spool"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "activity_project.settings",
        "ACTIVITY_DATA_DIR": str(tmp_path / "other"),
        "DATABASE_URL": "postgresql://nobody@localhost:1/nowhere",
    }
    subprocess.run([sys.executable, "-c", LOGS_AND_IS_KILLED], env=environment, capture_output=True)

    assert drain_spool().written == 1
    assert lines() == ["from a process that was killed"]


def test_a_problem_that_comes_late_and_was_mended_needs_nobody(order: Order) -> None:
    with without_the_table():
        log_event("sync.failed", payload={"provider": "printify", "reason": "no"}, occurred_at=NOON)
        log_event("order.submission_failed", order=order, payload={"reason": "no"}, occurred_at=NOON)
    log_event("sync.completed", payload={"provider": "printify", "products": 1, "updated": 0})
    log_event("order.submitted", order=order, payload={"provider": "printify"})

    assert drain_spool().written == 2

    assert feed.count_needing_attention() == 0
    assert {entry.resolution for entry in feed.list_recent(level="error").entries} == {"recovered"}


@pytest.mark.parametrize("transaction_id", [3, 2**40])
def test_a_transaction_that_the_server_does_not_know_holds_nothing_up(
    transaction_id: int, order: Order, spooled: Spooled, lines: Callable[..., list[str]]
) -> None:
    """As after the database was restored on another server, with the spool as it was."""
    with without_the_table():
        log_event("order.delivered", order=order)
    (file,) = spooled()
    file.write_text(json.dumps(json.loads(file.read_text()) | {"transaction": transaction_id}))

    assert drain_spool().written == 1
    assert lines(order) == ["Delivered"]
