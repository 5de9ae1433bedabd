"""The log rebuilt: an order's timeline reads as it did, once, whatever is told again and wherever a run is cut off."""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.utils import timezone

from apps.orders import feed, operations
from apps.orders.backfill import deliveries, run, writing
from apps.orders.backfill.run import AnotherBackfill, Backfilled, backfill
from apps.orders.backfill.stories import story
from apps.orders.log import log_event, past
from apps.orders.log.past import write_past
from apps.orders.models import ActivityEntry, OpenProblem, Order, Resolution
from apps.orders.models.activity_log import NEEDS_ATTENTION
from apps.webhooks.models import WebhookDelivery
from apps.webhooks.processing import process
from tests.orders.backfill.lives import LIFE, lived, lose_the_log, timeline
from tests.orders.deliveries import later
from tests.orders.factories import NOON, CartFactory, open_order, paid_order
from tests.threads import at_once

pytestmark = pytest.mark.usefixtures("committed")

Lines = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def _soon_after() -> Iterator[None]:
    """All of it was lately: what nobody has mended still needs somebody."""
    with time_machine.travel(NOON + timedelta(days=5)):
        yield


def filled(since: datetime | None = None, *, write: bool = True) -> Backfilled:
    return sum(backfill(since=since, write=write), start=Backfilled())


def open_problems() -> list[Any]:
    """The lines of what needs attention, which must be what the entries add up to."""
    lines = list(OpenProblem.objects.order_by("fingerprint").values_list("fingerprint", "entries", "message"))
    assert sum(line[1] for line in lines) == ActivityEntry.objects.filter(NEEDS_ATTENTION).count()
    return lines


@pytest.mark.parametrize("seed", range(3))
def test_orders_whose_log_is_lost_and_rebuilt_read_as_they_lived(seed: int) -> None:
    chance = Random(seed)
    lives = [chance.sample(list(LIFE), chance.randint(1, len(LIFE))) for _ in range(12)]
    orders = [lived(names) for names in [*lives, *([name] for name in LIFE), list(LIFE)][seed * 4 :]]
    before = [timeline(order) for order in orders]
    problems = open_problems()
    lose_the_log()

    done = filled()

    assert [timeline(order) for order in orders] == before
    assert open_problems() == problems
    assert done.entries == sum(len(lines) for lines in before) == ActivityEntry.objects.filter(backfilled=True).count()
    assert filled().entries == 0


def test_a_whole_life_is_told_in_its_order(lines: Lines) -> None:
    order = lived(LIFE)
    lose_the_log()

    filled()

    assert lines(order) == [
        "Payment failed: the payment didn't go through",
        "Email bounced: a@example.com (order confirmation)",
        "Order placed — £43.00 via Stripe",
        "Order confirmation sent to a@example.com",
        f"Submitted to Printify (PFY-{order.number})",
        "Printify reports a problem: out-of-stock",
        "Printify says: being-admired",
        "In production at Printify",
        "Shipped via UPS — tracking: 2Z",
        "Shipped via DHL — tracking: 1Z",
        "Shipping notification sent to a@example.com",
        "Delivered",
        "Order cancelled",
        "Refunded £10.00",
        "Refund of £9.00 failed: lost or stolen card",
        "Refunded £33.00",
        "Dispute opened over £43.00: product not received — answer by 4 December 2026",
        "Dispute closed: lost",
        "Email delivered to a@example.com (order confirmation)",
    ]


def test_what_is_told_once_more_is_no_second_line() -> None:
    order = lived(LIFE)
    lose_the_log()
    filled()
    before = timeline(order)

    for delivery_id in WebhookDelivery.objects.in_order().values_list("pk", flat=True):
        process(delivery_id, again=True)
    for happen in LIFE.values():
        with suppress(IntegrityError):  # mails can't be sent twice under one message id
            happen(order)

    assert timeline(order)[: len(before)] == before
    assert len(timeline(order)) - len(before) <= 1  # a mail without an id that was sent again


def test_what_lived_on_while_it_was_rebuilt_is_no_second_line_either() -> None:
    order = paid_order()
    lose_the_log()
    now = timezone.now()
    with deliveries.gathered():
        (its_past,) = run.pasts_of([order.pk])
    entries = writing.entries_of(order, story(its_past), now)
    log_event("order.created", order=order, source_key=entries[0].source_key)

    assert write_past(entries, writing.acts_on(entries, now), backfilled=True) == 0
    assert len(timeline(order)) == 1


def test_orders_with_an_entry_are_left_alone() -> None:
    order = paid_order()
    lose_the_log()
    log_event("order.note", order=order, payload={"text": "Called. All is well."})

    assert filled() == Backfilled(looked_at=1)
    assert len(timeline(order)) == 1


def test_orders_of_which_nothing_is_known_get_nothing() -> None:
    open_order(now=NOON)

    assert filled() == Backfilled(looked_at=1, without=1)


def test_old_problems_come_as_resolved_and_young_ones_need_somebody(lines: Lines) -> None:
    order = paid_order()
    operations.cancel(order.pk, at=later(3))
    for days, expected in ((29, 1), (31, 0)):
        lose_the_log()
        with time_machine.travel(NOON + timedelta(days=days)):
            filled()
        assert len(open_problems()) == expected
    (cancelled,) = [entry for entry in feed.list_for_order(order) if entry.event_type == "order.cancelled"]
    assert (cancelled.resolution, cancelled.resolved_by) == ("bulk", None)
    assert Resolution.objects.get().entry_ids == [cancelled.id]


def test_what_was_mended_says_by_what() -> None:
    order = lived(["payment failed", "paid"])
    lose_the_log()

    filled()

    failed, placed = feed.list_for_order(order)
    act = Resolution.objects.get()
    assert (failed.resolution, act.entry_ids, act.mended_by_id) == ("recovered", [failed.id], placed.id)


def test_a_submission_that_still_fails_is_told_and_needs_somebody(lines: Lines) -> None:
    order = paid_order()
    operations.claim_submission(order.pk, attempt=1)
    operations.record_submission_failure(order.pk, reason="no stock", attempt=1, retry_in=None)
    key = ActivityEntry.objects.get(event_type="order.submission_failed").source_key
    lose_the_log()

    filled()

    assert lines(order) == ["Order placed — £43.00 via Stripe", "Submission to Printify failed: no stock"]
    assert ActivityEntry.objects.get(event_type="order.submission_failed").source_key == key
    assert len(open_problems()) == 1


def test_another_shops_orders_tell_of_that_shop(lines: Lines) -> None:
    times = dict.fromkeys(["paid_at", "submitted_at", "in_production_at", "shipped_at", "cancelled_at"], NOON)
    order = open_order(now=NOON)
    Order.objects.filter(pk=order.pk).update(imported_from="olist:1", provider_status="unavailable", **times)

    filled()

    assert lines(order) == [
        "Order placed — £43.00 via olist",
        "Submitted to olist",
        "In production at olist",
        "Shipped",
        "Order cancelled: unavailable",
    ]


def test_carts_that_came_back_are_told_with_the_order_that_paid_for_them() -> None:
    bought = CartFactory.create(session_key="a", abandoned_at=NOON)
    CartFactory.create(session_key="b", abandoned_at=NOON, merged_into=bought)
    order = paid_order(cart=bought)
    open_order(cart=bought)
    before = timeline(order)
    lose_the_log()

    filled()

    assert [line[0] for line in before].count("abandoned_cart.recovered") == 2
    assert sorted(timeline(order), key=repr) == sorted(before, key=repr)
    assert filled().entries == 0


def test_a_message_that_cant_be_read_any_more_tells_nothing() -> None:
    order = lived(["paid", "disputed"])
    WebhookDelivery.objects.filter(event_type__startswith="charge.dispute").update(body=b"{}")
    lose_the_log()

    assert filled().entries == 1
    assert timeline(order)[0][0] == "order.created"


def test_a_run_that_is_cut_off_leaves_whole_orders_and_is_finished_by_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    orders = [lived(["paid", "submitted", "delivered"]) for _ in range(7)]
    before = [timeline(order) for order in orders]
    lose_the_log()
    monkeypatch.setattr(run, "ORDERS_A_BATCH", 2)
    monkeypatch.setattr(run, "WRITERS", 1)

    with closing(backfill(since=None, write=True)) as going:  # type: ignore[type-var]
        next(going)
    half = [timeline(order) for order in orders]

    assert all(lines in ([], whole) for lines, whole in zip(half, before, strict=True))
    assert 1 < sum(map(bool, half)) < 7
    filled()
    assert [timeline(order) for order in orders] == before


def test_only_orders_opened_since_are_looked_at() -> None:
    order = paid_order(now=NOON)
    paid_order(now=NOON - timedelta(days=2))
    lose_the_log()

    assert filled(since=NOON - timedelta(days=1)) == Backfilled(looked_at=1, without=1, entries=1)
    assert len(timeline(order)) == 1


def test_two_backfills_at_once_are_one_too_many() -> None:
    paid_order()
    lose_the_log()
    going = backfill(since=None, write=True)
    next(going)

    beside = at_once(1, lambda _: filled())
    going.close()  # type: ignore[attr-defined]

    assert beside.kinds_of_error == {AnotherBackfill}


def test_a_failure_is_said_and_nothing_of_its_batch_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    paid_order()
    lose_the_log()

    def refuses(_acts: object, _written: set[UUID]) -> Iterator[dict[str, Any]]:
        raise OSError("the disk is full")

    monkeypatch.setattr(past, "_records", refuses)
    with pytest.raises(OSError, match="full"):
        filled()
    assert not ActivityEntry.objects.exists()


def test_the_command_says_what_it_wrote(capsys: pytest.CaptureFixture[str]) -> None:
    lived(["paid", "submitted"])
    lose_the_log()

    call_command("backfill_activity_log", "--dry-run")
    assert capsys.readouterr().out == "1 orders, 1 of them without a timeline: 2 entries would be written.\n"
    assert not ActivityEntry.objects.exists()

    call_command("backfill_activity_log", "--since", "2026-11-01")

    told = capsys.readouterr()
    assert told.out == "1 orders, 1 of them without a timeline: 2 entries written.\n"
    assert "batches of orders: 1 of 1" in told.err


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01", ""])
def test_a_day_that_is_none_is_refused(since: str) -> None:
    with pytest.raises(CommandError, match="isn't a day or a time"):
        call_command("backfill_activity_log", f"--since={since}")
