"""What was recorded long ago goes, what needs a person stays, and a run that is cut off is finished by the next."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import islice
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activity_project.celery import app
from apps.accounts.models import User
from apps.orders import feed, retention, tasks
from apps.orders.log import log_event, resolve, resolve_entries, undo
from apps.orders.models import ActivityEntry, OpenProblem, Order, Resolution
from apps.orders.models.activity_log import NEEDS_ATTENTION
from apps.orders.retention import AnotherPruner, Old, Pruned, count_old, oldest_kept, prune
from tests.factories import UserFactory
from tests.threads import at_once, wait_until_somebody_waits

with_rollback = pytest.mark.django_db


def entry(event_type: str = "order.delivered", *, days: float = 0, **facts: Any) -> ActivityEntry:
    """An entry that was recorded so many days ago; the guard, which forbids that, looks away."""
    log_event(event_type, **facts)
    made = ActivityEntry.objects.latest("written_xid", "id")
    return recorded(made, days)


def recorded(made: ActivityEntry, days: float) -> ActivityEntry:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        ActivityEntry.objects.filter(pk=made.pk).update(inserted_at=timezone.now() - timedelta(days=days))
        cursor.execute("SET session_replication_role = DEFAULT")
    return made


def acted(days: float) -> None:
    """All acts of resolving as if they had been so many days ago."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Resolution.objects.update(made_at=timezone.now() - timedelta(days=days))
        cursor.execute("SET session_replication_role = DEFAULT")


def pruned_all(days: int = 90, batch: int = 100) -> Pruned:
    before = oldest_kept(timezone.now(), days)
    return sum(prune(before=before, batch=batch, pause_s=0), start=Pruned())


def left() -> set[object]:
    return set(ActivityEntry.objects.values_list("pk", flat=True))


@with_rollback
def test_what_was_recorded_long_ago_goes_whenever_it_happened(order: Order) -> None:
    long_ago = timezone.now() - timedelta(days=400)
    entry(days=91, order=order)
    entry(days=91, order=order, occurred_at=timezone.now())
    young = entry(days=89, order=order)
    late = entry(days=0, order=order, occurred_at=long_ago)

    assert pruned_all() == Pruned(entries=2)
    assert left() == {young.pk, late.pk}


@with_rollback
def test_open_problems_stay_and_resolved_ones_go(order: Order, teammate: User) -> None:
    open_ = entry("order.cancelled", days=400, order=order)
    resolved = entry("sync.failed", days=400)
    resolve(resolved.pk, teammate)

    assert pruned_all() == Pruned(entries=1, open=1)

    assert left() == {open_.pk}
    assert [problem.last_entry_id for problem in feed.list_problems().problems] == [open_.pk]


@with_rollback
def test_a_second_run_finds_nothing_left_to_do(order: Order) -> None:
    for _ in range(3):
        entry(days=100, order=order)

    assert pruned_all(batch=2) == Pruned(entries=3)
    assert pruned_all(batch=2) == Pruned()


@with_rollback
def test_an_act_stays_on_record_as_long_as_an_entry_that_it_took(teammate: User) -> None:
    old, young = entry("sync.failed", days=200), entry("sync.failed", days=10)
    both = resolve_entries([old.pk, young.pk], teammate)
    acted(days=100)

    assert pruned_all() == Pruned(entries=1)
    assert both is not None
    assert Resolution.objects.filter(pk=both.id).exists()
    assert pruned_all(days=5) == Pruned(entries=1, acts=1)


@with_rollback
def test_an_act_that_was_taken_back_stays_with_what_is_open_again(teammate: User) -> None:
    failed = entry("sync.failed", days=200)
    act = resolve(failed.pk, teammate)
    assert act is not None
    undo(act.id, teammate)
    acted(days=190)

    assert pruned_all() == Pruned(open=1)
    assert Resolution.objects.count() == 1


@with_rollback
def test_a_shop_that_forgets_an_order_keeps_pruning(order: Order) -> None:
    entry(days=100, order=order)
    order.delete()

    assert pruned_all() == Pruned(entries=1)


@with_rollback
def test_stretches_break_within_entries_of_one_moment() -> None:
    made = [entry() for _ in range(7)]
    moment = timezone.now() - timedelta(days=100)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        ActivityEntry.objects.filter(pk__in=[each.pk for each in made]).update(inserted_at=moment)
        cursor.execute("SET session_replication_role = DEFAULT")

    before = oldest_kept(timezone.now(), 90)
    assert [done.entries for done in prune(before=before, batch=2, pause_s=0)] == [2, 2, 2, 1, 0]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    entries=st.lists(st.tuples(st.sampled_from(["info", "open", "resolved"]), st.integers(0, 6)), max_size=12),
    limit=st.integers(1, 6),
    batch=st.integers(1, 5),
    stop_after=st.integers(0, 6),
)
@with_rollback
def test_whatever_there_is_and_wherever_it_stops_the_next_run_finishes_it(
    entries: list[tuple[str, int]], limit: int, batch: int, stop_after: int
) -> None:
    pruned_all(days=1)
    with transaction.atomic():
        person, expected = UserFactory.create(), set()
        for kind, days in entries:  # ages tie, so that stretches break within them
            made = entry("order.delivered" if kind == "info" else "sync.failed", days=days)
            if kind == "resolved":
                resolve(made.pk, person)
            if kind == "open" or days < limit:
                expected.add(made.pk)
        before = timezone.now() - timedelta(days=limit) + timedelta(hours=1)

        first = prune(before=before, batch=batch, pause_s=0)
        half = sum(islice(first, stop_after), start=Pruned())
        first.close()  # type: ignore[attr-defined]
        rest = sum(prune(before=before, batch=batch, pause_s=0), start=Pruned())

        assert left() == expected
        assert half.entries + rest.entries == len(entries) - len(expected)
        assert sum(OpenProblem.objects.values_list("entries", flat=True)) == open_count()
        transaction.set_rollback(True)


def open_count() -> int:
    return ActivityEntry.objects.filter(NEEDS_ATTENTION).count()


@pytest.mark.usefixtures("committed")
def test_one_pruner_at_a_time() -> None:
    entry(days=100)
    going = prune(before=timezone.now(), pause_s=0)
    next(going)

    outcomes = at_once(2, lambda _: pruned_all())
    going.close()  # type: ignore[attr-defined]

    assert outcomes.kinds_of_error == {AnotherPruner}
    assert pruned_all() == Pruned()


@pytest.mark.usefixtures("committed")
def test_who_opens_a_problem_again_keeps_it_and_the_pruner_doesnt_wait() -> None:
    person = UserFactory.create()
    failed = entry("sync.failed", days=100)
    act = resolve(failed.pk, person)
    assert act is not None
    acted(days=100)
    with transaction.atomic():
        undo(act.id, person)
        beside = at_once(1, lambda _: pruned_all())

    assert (beside.errors, beside.answers) == ([], [Pruned()])
    assert left() == {failed.pk}
    assert pruned_all() == Pruned(open=1)


@pytest.mark.usefixtures("committed")
def test_who_opens_it_again_a_moment_later_finds_that_it_is_gone() -> None:
    person = UserFactory.create()
    failed = entry("sync.failed", days=100)
    act = resolve(failed.pk, person)
    assert act is not None
    with transaction.atomic():
        retention._prune_stretch(retention._ENTRIES, retention._BEGIN, timezone.now(), 10)
        beside = later(lambda: undo(act.id, person))

    assert beside() is None
    assert (left(), open_count(), OpenProblem.objects.count()) == (set(), 0, 0)


def later(action: Callable[[], Any]) -> Callable[[], Any]:
    """Starts the action, which will wait for this transaction; what it answers once that is through."""

    def run() -> Any:
        try:
            return action()
        finally:
            connection.close()

    answer = ThreadPoolExecutor(1).submit(run)
    wait_until_somebody_waits()
    return lambda: answer.result(timeout=30)


@with_rollback
def test_the_database_takes_the_space_back_after_every_night(settings: LazySettings) -> None:
    """Its own measure for tables, a fifth of the rows, is that of eighteen nights."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'activity_log'")
        (options,) = cursor.fetchone()

    share = float(dict(option.split("=") for option in options)["autovacuum_vacuum_scale_factor"])
    assert share < 1 / settings.ACTIVITY_LOG_RETENTION_DAYS


@with_rollback
def test_the_command_says_what_it_removed_and_kept(order: Order, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(4):
        entry(days=100, order=order)
    entry("order.cancelled", days=100, order=order)

    call_command("prune_activity_log", "--dry-run")
    assert capsys.readouterr().out.startswith("4 entries recorded before ")
    assert len(left()) == 5

    call_command("prune_activity_log", "--batch", "2")

    told = capsys.readouterr()
    assert "4 entries recorded before" in told.out
    assert "1 unresolved warnings and errors that old are kept" in told.out
    assert "entries looked at: 5 of 5" in told.err


@pytest.mark.parametrize(
    ("rows", "took_s", "following"),
    [(500, 0.003, 1_000), (1_000, 0.01, 1_500), (4_000, 0.01, 5_000), (5_000, 0.03, 2_500), (100, 9.0, 50)],
)
def test_a_stretch_is_as_long_as_the_machine_is_fast(rows: int, took_s: float, following: int) -> None:
    assert retention._next_length(rows, took_s, 5_000) == following


@with_rollback
@pytest.mark.parametrize("arguments", [["--days", "0"], ["--batch", "0"], ["--days", "-3"], ["--days", "9999999"]])
def test_senseless_numbers_are_refused(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="1 or more"):
        call_command("prune_activity_log", *arguments)


@with_rollback
def test_an_interruption_is_said_with_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    entry(days=100)

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("apps.orders.retention.time.sleep", interrupted)
    with pytest.raises(CommandError, match=r"Interrupted\. 1 entries"):
        call_command("prune_activity_log", "--batch", "1")


@with_rollback
def test_the_nightly_job_goes_by_the_setting(settings: LazySettings) -> None:
    settings.ACTIVITY_LOG_RETENTION_DAYS = 30
    entry(days=31)
    young = entry(days=29)

    tasks.prune_activity_log()

    assert left() == {young.pk}
    assert "orders.prune_activity_log" in {each["task"] for each in app.conf.beat_schedule.values()}


@with_rollback
def test_what_is_counted_is_what_goes_and_stays(order: Order) -> None:
    entry(days=100)
    entry("order.cancelled", days=100, order=order)

    assert count_old(before=oldest_kept(timezone.now())) == Old(removable=1, open=1)
