"""Resolving, undoing, recovering: what each act takes, exactly, and what many hands at once make of it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from apps.accounts.models import User
from apps.orders import feed
from apps.orders.log import log_event, resolve, resolve_all_for_order, resolve_entries, resolve_problem, undo
from apps.orders.models import ActivityEntry, OpenProblem, Order, Resolution
from apps.orders.models.activity_log import NEEDS_ATTENTION
from tests.factories import UserFactory
from tests.orders.factories import NOON, open_order
from tests.threads import at_once


def sync_fails(times: int = 1, *, provider: str = "printify") -> None:
    for number in range(times):
        log_event(
            "sync.failed",
            payload={"provider": provider, "reason": "rate limit"},
            occurred_at=NOON + timedelta(minutes=number),
        )


def newest(**conditions: object) -> ActivityEntry:
    return ActivityEntry.objects.filter(**conditions).latest("occurred_at", "id")


def open_count() -> int:
    """How many entries are open; the lines of problems must say the same."""
    entries = ActivityEntry.objects.filter(NEEDS_ATTENTION).count()
    assert sum(OpenProblem.objects.values_list("entries", flat=True)) == entries
    assert feed.count_needing_attention(most=10_000) == entries
    return entries


@pytest.mark.django_db
def test_resolving_says_who_when_and_how(teammate: User) -> None:
    sync_fails()
    entry = newest()

    act = resolve(entry.pk, teammate)

    (line,) = feed.list_recent().entries
    assert act is not None
    assert (line.resolved_at, line.resolved_by, line.resolution, line.resolved_in_id) == (
        act.made_at,
        teammate.email,
        "manual",
        act.id,
    )
    assert (open_count(), feed.list_problems().problems) == (0, ())


@pytest.mark.django_db
def test_what_needs_nobody_cannot_be_resolved(order: Order, teammate: User) -> None:
    log_event("order.delivered", order=order)

    assert resolve(newest().pk, teammate) is None
    assert resolve(uuid4(), teammate) is None
    assert resolve_entries([], teammate) is None
    assert not Resolution.objects.exists()


@pytest.mark.django_db
def test_undoing_opens_exactly_what_the_act_took(teammate: User, order: Order) -> None:
    sync_fails(3)
    log_event("order.cancelled", order=order, payload={"reason": "no stock"})
    before = feed.list_problems().problems
    first, second = ActivityEntry.objects.filter(event_type="sync.failed").order_by("occurred_at")[:2]
    resolve(first.pk, teammate)
    act = resolve_entries([first.pk, second.pk, newest(order=order).pk], teammate)

    assert act is not None
    assert (act.entries, open_count()) == (2, 1)
    assert undo(act.id, teammate) == 2
    assert undo(act.id, teammate) is None

    assert open_count() == 3
    first.refresh_from_db()
    assert first.resolution == "manual"
    (resolved,) = [each for each in before if each.event_type == "sync.failed"]
    (reopened,) = [each for each in feed.list_problems().problems if each.event_type == "sync.failed"]
    assert reopened == resolved._replace(
        entries=2,
        first_occurred_at=second.occurred_at,
        resolved_before_at=first.resolved_at,
        resolution_before="manual",
    )


@pytest.mark.django_db
def test_everything_about_an_order_is_resolved_together(order: Order, teammate: User) -> None:
    other = open_order()
    for each in (order, order, other):
        log_event("order.cancelled", order=each)
    log_event("order.overdue", order=order, payload={"awaiting": "shipped"})

    act = resolve_all_for_order(order, teammate)

    assert act is not None
    assert (act.entries, open_count()) == (3, 1)
    assert resolve_all_for_order(order.pk, teammate) is None


@pytest.mark.django_db
def test_the_record_keeps_who_resolved_and_who_took_it_back(teammate: User, owner: User) -> None:
    sync_fails()
    first = resolve(newest().pk, teammate)
    assert first is not None
    undo(first.id, owner)
    second = resolve(newest().pk, owner)

    acts = Resolution.objects.order_by("made_at").values_list("made_by", "undone_by", "entry_ids")
    assert list(acts) == [(teammate.pk, owner.pk, [newest().pk]), (owner.pk, None, [newest().pk])]
    assert second is not None
    assert newest().resolved_in_id == second.id


@pytest.mark.usefixtures("committed")
def test_resolving_a_line_takes_what_was_seen_and_nothing_newer() -> None:
    teammate = UserFactory.create(is_staff=True)
    sync_fails(3)

    def log_while_the_page_is_read(_: int) -> feed.Attention:
        """Inserted before the page is read, committed after it, and with a time of before."""
        with transaction.atomic():
            sync_fails(1)
            return at_once(1, lambda _: feed.list_problems()).answers[0]

    (page,) = at_once(1, log_while_the_page_is_read).answers
    (problem,) = page.problems
    assert (problem.entries, feed.list_problems().problems[0].entries) == (3, 4)

    act = resolve_problem(problem.fingerprint, teammate, seen=type(page.seen).decode(page.seen.encode()))

    assert act is not None
    assert (act.entries, open_count()) == (3, 1)
    assert resolve_problem(problem.fingerprint, teammate, seen=page.seen) is None


@pytest.mark.usefixtures("committed")
def test_of_many_who_resolve_and_undo_at_once_each_entry_has_one_last_word() -> None:
    people = [UserFactory.create(is_staff=True) for _ in range(8)]
    sync_fails(5)
    sync_fails(5, provider="printful")
    ids = list(ActivityEntry.objects.values_list("pk", flat=True))

    def act(number: int) -> None:
        for turn in range(6):
            mine = ids[(number + turn) % 5 :] if turn % 2 else list(reversed(ids))
            done = resolve_entries(mine, people[number])
            sync_fails(1)
            if done and turn % 3:
                undo(done.id, people[number])

    outcomes = at_once(8, act)

    assert outcomes.errors == []
    assert feed.count_delayed() == 0
    open_count()
    for entry in ActivityEntry.objects.exclude(resolved_in=None).select_related("resolved_in"):
        assert entry.resolved_in is not None
        assert entry.pk in entry.resolved_in.entry_ids
        assert entry.resolved_in.undone_at is None
        assert (entry.resolved_at, entry.resolved_by_id) == (entry.resolved_in.made_at, entry.resolved_in.made_by_id)


Told = tuple[str, dict[str, str]]

RECOVERIES: dict[str, tuple[Told, Told]] = {
    "submission": (("order.submission_failed", {}), ("order.submitted", {})),
    "overdue submission": (("order.overdue", {"awaiting": "submitted"}), ("order.submitted", {})),
    "overdue shipment": (("order.overdue", {"awaiting": "shipped"}), ("order.shipped", {})),
    "overdue delivery": (("order.overdue", {"awaiting": "delivered"}), ("order.delivered", {})),
    "sync": (("sync.failed", {"provider": "printify"}), ("sync.completed", {"provider": "printify"})),
    "bounce": (("email.bounced", {"recipient": "a@b.example"}), ("email.delivered", {"recipient": "a@b.example"})),
    "refund": (("order.refund_failed", {}), ("order.refunded", {})),
    "payment": (("order.payment_failed", {}), ("order.created", {})),
    "dispute": (("order.dispute_opened", {"dispute_id": "1"}), ("order.dispute_closed", {"dispute_id": "1"})),
    "webhook": (("webhook.failed", {"delivery_id": "1"}), ("webhook.recovered", {"delivery_id": "1"})),
    "cancelled meanwhile": (("order.submission_failed", {}), ("order.cancelled", {})),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", RECOVERIES)
def test_a_success_resolves_the_failure_it_mends(name: str, order: Order) -> None:
    (failure, of_failure), (success, of_success) = RECOVERIES[name]
    about = order if failure.startswith(("order", "email")) else None
    log_event(failure, order=about, payload=of_failure)
    log_event(failure, order=about, payload=of_failure)
    assert open_count() == 2

    log_event(success, order=about, payload=of_success)

    assert not ActivityEntry.objects.filter(event_type=failure, resolved_at=None).exists()
    entry = newest(event_type=failure)
    assert (entry.resolution, entry.resolved_by_id) == ("recovered", None)
    assert entry.resolved_in is not None
    assert entry.resolved_in.mended_by_id == newest(event_type=success).pk


NOT_MENDED: dict[str, tuple[Told, Told]] = {
    "another provider": (("sync.failed", {"provider": "printful"}), ("sync.completed", {"provider": "printify"})),
    "another step": (("order.overdue", {"awaiting": "delivered"}), ("order.shipped", {})),
    "another recipient": (("email.bounced", {"recipient": "a"}), ("email.delivered", {"recipient": "b"})),
    "a try is no success": (("order.submission_failed", {}), ("order.submission_retried", {"attempt": "2"})),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", NOT_MENDED)
def test_a_success_mends_nothing_else(name: str, order: Order) -> None:
    (failure, of_failure), (success, of_success) = NOT_MENDED[name]
    log_event(failure, order=order, payload=of_failure)
    log_event(success, order=order, payload=of_success)
    log_event("order.submitted", order=open_order(), payload={})

    assert open_count() == 1


@pytest.mark.django_db
def test_a_success_of_before_mends_no_failure_of_after() -> None:
    log_event("sync.failed", payload={"provider": "printify"}, occurred_at=NOON)
    log_event("sync.completed", payload={"provider": "printify"}, occurred_at=NOON - timedelta(minutes=1))

    assert open_count() == 1


@pytest.mark.django_db
def test_a_delivery_of_before_mends_being_overdue_all_the_same(order: Order) -> None:
    log_event("order.overdue", order=order, payload={"awaiting": "delivered"}, occurred_at=NOON)
    log_event("order.delivered", order=order, occurred_at=NOON - timedelta(days=1))

    assert open_count() == 0


@pytest.mark.django_db
def test_a_recovery_can_be_taken_back_by_a_person(order: Order, teammate: User) -> None:
    log_event("order.submission_failed", order=order, payload={"reason": "no stock"})
    log_event("order.submitted", order=order)
    entry = newest(event_type="order.submission_failed")
    assert entry.resolved_in_id is not None

    assert undo(entry.resolved_in_id, teammate) == 1
    assert open_count() == 1


@pytest.mark.django_db
def test_a_recovery_vanishes_with_its_transaction(order: Order) -> None:
    log_event("order.submission_failed", order=order)
    with transaction.atomic():
        log_event("order.submitted", order=order)
        transaction.set_rollback(True)

    assert open_count() == 1
