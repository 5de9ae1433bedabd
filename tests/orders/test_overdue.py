"""The watch over orders: told once an order and stage, and mended by what was waited for."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings

from apps.orders import feed, operations, overdue
from apps.orders.models import Order, ResolutionKind
from apps.orders.operations.fulfilment import Parcel
from apps.orders.states import WAITS, Wait
from tests.orders.factories import NOON, open_order, paid_order
from tests.orders.plans import plan_without_sorting
from tests.threads import at_once

Lines = Callable[..., list[str]]


def after(**span: float) -> datetime:
    return NOON + timedelta(**span)


def open_problems(order: Order) -> list[str]:
    return [entry.message for entry in feed.list_for_order(order) if entry.level != "info" and not entry.resolved_at]


@pytest.mark.django_db
def test_an_order_is_overdue_at_each_stage_once_and_mended_by_what_comes(lines: Lines) -> None:
    order = paid_order()
    assert overdue.tell_overdue(after(minutes=29)) == 0
    assert [overdue.tell_overdue(after(minutes=40)) for _ in range(2)] == [1, 0]
    assert open_problems(order) == ["Overdue: paid 40 minutes ago and not submitted"]

    operations.record_submission(order.pk, printify_id="PFY-1", at=after(hours=1))
    assert open_problems(order) == []

    operations.record_production(order.pk, at=after(days=1))
    assert [overdue.tell_overdue(after(days=11, minutes=1)) for _ in range(2)] == [1, 0]
    assert open_problems(order) == ["Overdue: in production for 10 days"]

    operations.record_shipment(order.pk, Parcel("1Z999"), at=after(days=12))
    assert open_problems(order) == []
    assert [overdue.tell_overdue(after(days=33, minutes=1)) for _ in range(2)] == [1, 0]
    assert open_problems(order) == ["Overdue: shipped 21 days ago and not delivered"]

    operations.record_delivery(order.pk, at=after(days=34))
    assert open_problems(order) == []
    assert overdue.tell_overdue(after(days=400)) == 0
    assert sum(line.startswith("Overdue") for line in lines(order)) == 3


@pytest.mark.django_db
def test_what_mended_it_is_on_record_as_recovered() -> None:
    order = paid_order()
    overdue.tell_overdue(after(hours=1))
    operations.cancel(order.pk, at=after(hours=2))

    (entry,) = order.activity.filter(event_type="order.overdue")
    assert entry.resolution == ResolutionKind.RECOVERED


@pytest.mark.django_db
def test_an_event_that_had_happened_before_it_was_missed_mends_too() -> None:
    order = paid_order()
    overdue.tell_overdue(after(hours=1))

    operations.record_submission(order.pk, printify_id="PFY-1", at=after(minutes=10))

    assert open_problems(order) == []


@pytest.mark.django_db
def test_the_times_are_settings(settings: LazySettings) -> None:
    settings.ORDER_SUBMISSION_MINUTES = 5
    paid_order()

    assert overdue.tell_overdue(after(minutes=6)) == 1


@pytest.mark.django_db
def test_unpaid_submitted_and_imported_orders_arent_waited_for() -> None:
    open_order()
    submitted, imported = paid_order(), paid_order()
    operations.record_submission(submitted.pk, printify_id="PFY-1", at=NOON)
    Order.objects.filter(pk=imported.pk).update(imported_from="old shop 1")

    assert overdue.tell_overdue(after(days=400)) == 0


@pytest.mark.django_db
def test_a_round_is_bounded_and_the_next_one_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overdue, "BATCH", 2)
    for _ in range(3):
        paid_order()

    assert [overdue.tell_overdue(after(hours=1)) for _ in range(3)] == [2, 1, 0]


@pytest.mark.usefixtures("committed")
def test_watches_at_once_and_the_submission_itself_leave_nothing_open(lines: Lines) -> None:
    order = paid_order()

    def act(number: int) -> object:
        if number == 0:
            return operations.record_submission(order.pk, printify_id="PFY-1", at=after(hours=1))
        return overdue.tell_overdue(after(hours=1))

    outcomes = at_once(5, act)

    assert outcomes.errors == []
    assert open_problems(order) == []
    assert sum(line.startswith("Overdue") for line in lines(order)) <= 1


@pytest.mark.django_db
@pytest.mark.parametrize("wait", WAITS, ids=lambda wait: wait.awaiting)
def test_each_stage_is_read_by_its_index(wait: Wait) -> None:
    plan = plan_without_sorting(Order.objects.overdue(wait, since_before=NOON).values_list("pk")[:500])

    assert f"order_awaiting_{wait.awaiting}" in plan
