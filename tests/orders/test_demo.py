"""The demonstration's shop: plainly made up, alive in the staff's feed, the same for the same seed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from apps.accounts.models import User
from apps.orders import feed
from apps.orders.demo import ORDERS, seed_orders
from apps.orders.demo.lives import FATES
from apps.orders.event_types import EVENT_TYPES
from apps.orders.models import ActivityEntry, OpenProblem, Order, Resolution
from apps.orders.models.activity_log import NEEDS_ATTENTION
from apps.orders.states import UNDER_WAY, Status

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def seeded(owner: User, teammate: User, *, orders: int = ORDERS, seed: int = 1) -> int:
    return seed_orders(orders=orders, owners=[owner], staff=teammate, seed=seed, now=NOW)


def told() -> list[Any]:
    entries = ActivityEntry.objects.order_by("occurred_at", "id")
    return list(entries.values_list("pk", "message", "occurred_at", "inserted_at", "resolution", "order"))


def test_every_fate_is_met_and_the_feed_is_alive(owner: User, teammate: User) -> None:
    assert seeded(owner, teammate) == ORDERS

    problems = {problem.event_type: problem for problem in feed.list_problems().problems}
    assert problems["sync.failed"].entries == 6
    assert problems["order.submission_failed"].entries == 3
    assert {"order.refund_failed", "order.dispute_opened"} <= set(problems)
    statuses = set(Order.objects.values_list("status", flat=True))
    assert {Status.PAID, Status.DELIVERED, Status.CANCELLED} <= statuses
    assert statuses & UNDER_WAY
    assert set(Resolution.objects.values_list("kind", flat=True)) == {"manual", "recovered"}


def test_lines_of_problems_are_what_the_entries_add_up_to(owner: User, teammate: User) -> None:
    seeded(owner, teammate)

    open_ = ActivityEntry.objects.filter(NEEDS_ATTENTION).count()
    assert 0 < open_ == sum(OpenProblem.objects.values_list("entries", flat=True)) < 30


def test_nothing_is_told_that_the_taxonomy_doesnt_know_or_that_hasnt_happened_yet(owner: User, teammate: User) -> None:
    seeded(owner, teammate, orders=150)

    entries = ActivityEntry.objects.all()
    assert set(entries.values_list("event_type", flat=True)) <= set(EVENT_TYPES)
    assert not entries.filter(inserted_at__lt=F("occurred_at")).exists()
    assert not entries.filter(inserted_at__gt=NOW).exists()
    assert not entries.filter(message__contains="—  ").exists()
    assert not entries.filter(backfilled=True).exists()


def test_it_is_plainly_made_up(owner: User, teammate: User) -> None:
    seeded(owner, teammate)

    for order in Order.objects.prefetch_related("lines"):
        assert order.email.endswith("@demo.example") or order.user == owner
        assert all("(demo)" in line.title for line in order.lines.all())


def test_no_mail_and_no_print_order_is_still_to_come(owner: User, teammate: User) -> None:
    seeded(owner, teammate, orders=150)

    assert not Order.objects.filter(confirmation_sent_at=None).exists()
    assert not Order.objects.filter(shipped_at__isnull=False, shipping_notice_sent_at=None).exists()


def test_the_same_seed_tells_the_same_story_and_another_seed_another(owner: User, teammate: User) -> None:
    def story(seed: int) -> list[Any]:
        with transaction.atomic():
            seeded(owner, teammate, seed=seed)
            found = told()
            transaction.set_rollback(True)
        return found

    assert story(1) == story(1)
    assert story(1) != story(2)


def test_who_is_there_already_is_left_alone_and_more_can_be_added(owner: User, teammate: User) -> None:
    seeded(owner, teammate, orders=20)
    before = told()

    assert seeded(owner, teammate, orders=20) == 0
    assert told() == before
    assert seeded(owner, teammate, orders=50) == 30
    assert Order.objects.count() == 50


def test_some_orders_are_a_persons_own(owner: User, teammate: User) -> None:
    seeded(owner, teammate)

    assert owner.orders.count() == ORDERS // 5


def test_the_first_orders_are_the_latest_so_that_their_troubles_are_news(owner: User, teammate: User) -> None:
    seeded(owner, teammate, orders=len(FATES))

    assert Order.objects.filter(created_at__gt=NOW - timedelta(days=7)).count() == len(FATES)
