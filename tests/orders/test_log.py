"""``log_event`` where all is well: what is written, once, in which words and at which level."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone, translation

from apps.accounts.models import User
from apps.orders import feed
from apps.orders.log import log_event
from apps.orders.models import ActivityEntry, Order
from tests.orders.factories import NOON

pytestmark = pytest.mark.django_db


def test_an_event_is_written_with_level_and_wording_of_the_taxonomy(order: Order) -> None:
    log_event("order.refunded", order=order, payload={"amount_minor": 4300, "currency": "GBP"})

    (entry,) = feed.list_for_order(order)
    assert (entry.event_type, entry.level, entry.message) == ("order.refunded", "info", "Refunded £43.00")
    assert entry.payload == {"amount_minor": 4300, "currency": "GBP", "order_number": order.number}
    assert (entry.order_id, entry.order_number) == (order.pk, order.number)


def test_an_event_has_its_own_time_and_the_time_it_was_recorded(order: Order) -> None:
    before = timezone.now()
    log_event("order.delivered", order=order, occurred_at=NOON - timedelta(days=3))
    log_event("order.delivered", order=order.pk)

    late, now = feed.list_for_order(order)
    assert late.occurred_at == NOON - timedelta(days=3)
    assert late.inserted_at >= before
    assert timedelta() <= now.inserted_at - now.occurred_at < timedelta(seconds=5)


def test_what_has_a_source_key_is_written_once(order: Order, lines: Callable[..., list[str]]) -> None:
    for _ in range(3):
        log_event("order.delivered", order=order, source_key="delivery:1")

    assert lines(order) == ["Delivered"]


def test_a_caller_may_say_that_this_one_is_worse(order: Order) -> None:
    log_event("order.dispute_closed", order=order, payload={"outcome": "lost"}, level="warning")

    assert feed.list_for_order(order)[0].needs_attention


def test_the_wording_is_the_sites_whoever_was_asking(order: Order, lines: Callable[..., list[str]]) -> None:
    with translation.override("de"):
        log_event("order.refunded", order=order, payload={"amount_minor": 123456, "currency": "EUR"})

    assert lines(order) == ["Refunded €1,234.56"]


def test_an_event_vanishes_with_the_transaction_that_told_it(
    order: Order, spooled: Callable[[], list[object]], lines: Callable[..., list[str]]
) -> None:
    with transaction.atomic():
        log_event("order.delivered", order=order)
        transaction.set_rollback(True)

    assert lines(order) == []
    assert spooled() == []


def test_one_event_is_one_round_trip(order: Order, django_assert_num_queries: Callable[..., object]) -> None:
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        log_event("order.submitted", order=order, payload={"provider": "printify"})


def test_an_order_that_is_deleted_leaves_its_lines(order: Order) -> None:
    log_event("order.cancelled", order=order)

    order.delete()

    (entry,) = feed.list_recent().entries
    assert (entry.order_id, entry.message) == (None, "Order cancelled")
    assert feed.list_problems().problems[0].order_id is None


def test_an_order_that_never_was_does_not_trouble_a_commit(lines: Callable[..., list[str]]) -> None:
    log_event("order.delivered", order=uuid4())

    assert lines() == ["Delivered"]


def test_what_is_logged_waits_for_no_lock_of_the_caller_afterwards(order: Order) -> None:

    log_event("order.delivered", order=order)

    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_repeats_of_a_problem_are_one_line(order: Order, owner: User) -> None:
    for minute in range(3):
        log_event(
            "sync.failed",
            payload={"provider": "printify", "reason": f"API rate limit exceeded ({minute})"},
            occurred_at=NOON + timedelta(minutes=minute),
        )
    log_event("order.submission_failed", order=order, payload={"provider": "printify", "reason": "out of stock"})

    submission, sync = feed.list_problems().problems
    assert (submission.entries, sync.entries) == (1, 3)
    assert sync.message == "Product sync failed: API rate limit exceeded (2)"
    assert (sync.first_occurred_at, sync.last_occurred_at) == (NOON, NOON + timedelta(minutes=2))
    assert ActivityEntry.objects.filter(fingerprint=sync.fingerprint).count() == 3
