"""Facts about an order in any order and any number of times: one state, one timeline."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import combinations, permutations
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from apps.orders import feed, operations
from apps.orders.models import Order
from apps.orders.operations.fulfilment import Parcel
from apps.orders.states import FACTS, TRANSITIONS, PaymentStatus, Status
from tests.orders.factories import NOON, open_order, paid_order
from tests.threads import at_once

PARCEL = Parcel("1Z999", "DHL", "https://track.example/1Z999")


def _at(hours: int) -> Any:
    return NOON + timedelta(hours=hours)


DELIVERIES: dict[str, Callable[[UUID], object]] = {
    "created": lambda order: operations.record_payment(order, at=_at(0), payment_intent_id=f"pi_{order}"),
    "submitted": lambda order: operations.record_submission(order, printify_id=f"PFY-{order}", at=_at(1)),
    "production": lambda order: operations.record_production(order, at=_at(2)),
    "shipped": lambda order: operations.record_shipment(order, PARCEL, at=_at(3)),
    "delivered": lambda order: operations.record_delivery(order, at=_at(4)),
    "cancelled": lambda order: operations.cancel(order, at=_at(5)),
    "refunded": lambda order: operations.record_refund(order, total_minor=4_300, before_minor=0, at=_at(6)),
}
ALL = tuple(DELIVERIES)


class Outcome(NamedTuple):
    """All that the database knows of an order, but for ids; of what it waits for, whether and not until when."""

    order: dict[str, Any]
    timeline: list[tuple[str, str, str, Any]]
    shipments: list[Any]
    refunds: list[Any]


@contextmanager
def told(names: Iterable[str]) -> Iterator[Order]:
    """An order about which these facts were told, one after the other; nothing is kept."""
    with transaction.atomic():
        order = open_order(now=NOON)
        for name in names:
            DELIVERIES[name](order.pk)
        yield order
        transaction.set_rollback(True)


def outcome_of(names: Iterable[str]) -> Outcome:
    with told(names) as order:
        return seen(order)


def seen(order: Order) -> Outcome:
    hidden = {"id", "stripe_payment_intent_id", "printify_id", "number"}
    names = [field.attname for field in Order._meta.concrete_fields if field.attname not in hidden]
    known = Order.objects.filter(pk=order.pk).values(*names).get()
    waits = {name: known[name] is not None for name in ("submission_due_at", "reconcile_due_at")}
    entries = feed.list_for_order(order)
    return Outcome(
        known | waits,
        [(each.event_type, each.level, each.message.replace(str(order.pk), ""), each.occurred_at) for each in entries],
        list(order.shipments.order_by("number").values_list("number", "carrier", "shipped_at")),
        list(order.refunds.order_by("total_minor").values_list("total_minor", "amount_minor", "refunded_at")),
    )


def after_one_more(name: str, order: Order) -> Outcome:
    with transaction.atomic():
        DELIVERIES[name](order.pk)
        outcome = seen(order)
        transaction.set_rollback(True)
    return outcome


@pytest.mark.faults
@pytest.mark.django_db
def test_every_permutation_with_any_repetition_ends_in_the_same_state_with_the_same_timeline() -> None:
    """By induction: to whatever set of facts one more is told, or one of them again, the outcome is that of the set.

    So it is for any sequence, of which there are 5,040 without repetition.
    """
    sets = [frozenset(names) for size in range(len(ALL) + 1) for names in combinations(ALL, size)]
    outcomes = {names: outcome_of(sorted(names)) for names in sets}
    for names in sets:
        with told(sorted(names)) as order:
            for name in ALL:
                assert after_one_more(name, order) == outcomes[names | {name}], (names, name)


@pytest.mark.django_db
def test_the_whole_timeline_reads_as_it_should() -> None:
    outcome = outcome_of(reversed(ALL))

    assert [line[2] for line in outcome.timeline] == [
        "Order placed — £43.00 via Stripe",
        "Submitted to Printify (PFY-)",
        "In production at Printify",
        "Shipped via DHL — tracking: 1Z999",
        "Delivered",
        "Order cancelled",
        "Refunded £43.00",
    ]
    assert outcome.order["status"] == Status.CANCELLED
    assert outcome.order["payment_status"] == PaymentStatus.REFUNDED


@pytest.mark.django_db
def test_any_selection_of_them_ends_in_the_furthest_state() -> None:
    statuses = dict(zip(ALL, ("paid", "submitted", "in_production", "shipped", "delivered", "cancelled"), strict=False))
    chance = Random(8)
    for _ in range(30):
        names = chance.sample(list(statuses), chance.randint(1, 6))
        outcome = outcome_of(names)
        assert outcome.order["status"] == max((statuses[name] for name in names), key=[*map(str, Status)].index)
        assert len(outcome.timeline) == len(names)


REFUND_STEPS = [(0, 1_000), (1_000, 1_500), (1_500, 4_300)]


@pytest.mark.django_db
@pytest.mark.parametrize("sequence", list(permutations(REFUND_STEPS)))
def test_refunds_are_told_by_the_step_in_any_order(sequence: list[tuple[int, int]]) -> None:
    order = paid_order()
    for before, total in [*sequence, *reversed(sequence)]:
        operations.record_refund(order.pk, total_minor=total, before_minor=before, at=NOON + timedelta(seconds=total))

    assert [entry.message for entry in feed.list_for_order(order)][1:] == [
        "Refunded £10.00",
        "Refunded £5.00",
        "Refunded £28.00",
    ]
    order.refresh_from_db()
    assert (order.refunded_minor, order.payment_status) == (4_300, PaymentStatus.REFUNDED)


@pytest.mark.django_db
def test_a_running_total_without_its_step_is_told_as_the_difference() -> None:
    order = paid_order()
    for total in (1_000, 1_000, 4_300):
        operations.record_refund(order.pk, total_minor=total, before_minor=None, at=NOON)

    assert [entry.message for entry in feed.list_for_order(order)][1:] == ["Refunded £10.00", "Refunded £33.00"]


@pytest.mark.django_db
@pytest.mark.parametrize("turned", [False, True])
def test_each_parcel_is_a_line_and_the_order_shows_the_one_that_left_first(*, turned: bool) -> None:
    order = paid_order()
    parcels = [(Parcel("A", "DHL"), _at(3)), (Parcel("B", "UPS"), _at(2))]
    for parcel, at in reversed(parcels) if turned else parcels:
        operations.record_shipment(order.pk, parcel, at=at)
        operations.record_shipment(order.pk, parcel, at=at)

    order.refresh_from_db()
    assert (order.tracking_number, order.shipped_at) == ("B", _at(2))
    assert [entry.message for entry in feed.list_for_order(order)][1:] == [
        "Shipped via UPS — tracking: B",
        "Shipped via DHL — tracking: A",
    ]


@pytest.mark.faults
@pytest.mark.usefixtures("committed")
def test_all_of_them_at_once_from_many_hands_are_one_timeline() -> None:
    order = open_order(now=NOON)
    deliveries = [DELIVERIES[name] for name in ALL for _ in range(3)]
    Random(9).shuffle(deliveries)

    outcomes = at_once(len(deliveries), lambda number: deliveries[number](order.pk))

    assert outcomes.errors == []
    assert seen(order).timeline == outcome_of(ALL).timeline
    assert feed.count_delayed() == 0


def test_the_transition_table_goes_up_only() -> None:
    rising = list(Status)
    for status, targets in TRANSITIONS.items():
        assert all(rising.index(target) > rising.index(status) for target in targets)
    assert [fact.status for fact in reversed(FACTS)] == [s for s in rising if s != Status.AWAITING_PAYMENT]


CHANGES = [f"{fact.column} = {fact.column} + interval '1 second'" for fact in FACTS if fact.column != "expired_at"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", [*CHANGES, "paid_at = NULL", "shipped_at = NULL", "refunded_minor = 0", "number = 'X'"]
)
def test_what_is_known_is_never_changed_whoever_tries(change: str) -> None:
    order = open_order(now=NOON)
    for deliver in DELIVERIES.values():
        deliver(order.pk)

    with pytest.raises(IntegrityError, match="never changed"), connection.cursor() as cursor:
        cursor.execute(f"UPDATE orders SET {change} WHERE id = %s", [order.pk])


@pytest.mark.usefixtures("committed")
def test_orders_opened_at_once_have_different_numbers_without_a_gap() -> None:
    outcomes = at_once(12, lambda _: open_order(now=NOON).number)

    assert outcomes.errors == []
    assert sorted(outcomes.answers) == [f"SS-261121-{number:04}" for number in range(1, 13)]


@pytest.mark.django_db
def test_numbers_begin_anew_each_day_and_grow_past_four_digits() -> None:
    assert open_order(now=NOON).number == "SS-261121-0001"
    assert open_order(now=NOON + timedelta(days=1)).number == "SS-261122-0001"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE order_numbers SET last = 9999")
    assert open_order(now=NOON).number == "SS-261121-10000"
