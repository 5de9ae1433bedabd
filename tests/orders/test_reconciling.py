"""The print provider is asked after orders of which it doesn't tell, and what it says is noted as if it had told."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from apps.orders import operations, reconciling
from apps.orders.models import Order
from apps.orders.operations.fulfilment import Parcel
from apps.orders.providers.printify import Printify
from apps.orders.states import Status
from tests.http_stand_in import Answer, StandIn
from tests.orders.deliveries import told_by_printify
from tests.orders.factories import NOON, paid_order
from tests.orders.plans import plan_without_sorting
from tests.threads import at_once

Lines = Callable[..., list[str]]
Ask = Callable[[datetime], int]


@pytest.fixture
def provider() -> Iterator[StandIn]:
    with StandIn().running() as running:
        yield running


@pytest.fixture
def ask(provider: StandIn) -> Iterator[Ask]:
    """A round of asking, at a time."""
    with Printify(token="secret", shop_id="7", base=f"{provider.url}/v1") as client:
        yield lambda now: reconciling.reconcile(client, now=now)


def submitted_order(at: datetime = NOON) -> Order:
    order = paid_order()
    operations.record_submission(order.pk, printify_id=f"PFY-{order.number}", at=at)
    return now_of(order)


def now_of(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def due(order: Order, **later: float) -> datetime:
    """When the order is to be asked after, or later."""
    moment = now_of(order).reconcile_due_at
    assert moment is not None
    return moment + timedelta(seconds=1, **later)


def at_provider(order: Order, status: str, **changes: Any) -> Answer:
    return Answer({"id": order.printify_id, "status": status, "line_items": [], "shipments": []} | changes)


DELIVERED = {
    "line_items": [{"sent_to_production_at": "2026-11-22 12:00:00+00:00", "fulfilled_at": "2026-11-23 12:00:00+00:00"}],
    "shipments": [
        {"carrier": "DHL", "number": "1Z999", "url": "https://dhl.example/1Z999",
         "delivered_at": "2026-11-24 12:00:00+00:00"}
    ],
}  # fmt: skip
TIMELINE = [
    "Submitted to Printify (PFY-{number})",
    "In production at Printify",
    "Shipped via DHL — tracking: 1Z999",
    "Delivered",
]


@pytest.mark.django_db
def test_what_no_webhook_told_is_noted_at_its_own_times(ask: Ask, provider: StandIn, lines: Lines) -> None:
    order = submitted_order()
    provider.answering(at_provider(order, "fulfilled", **DELIVERED))

    assert ask(due(order)) == 1

    assert lines(order)[1:] == [line.format(number=order.number) for line in TIMELINE]
    assert now_of(order).status == Status.DELIVERED
    assert now_of(order).delivered_at == datetime.fromisoformat("2026-11-24 12:00:00+00:00")
    assert ask(due(order, days=2)) == 0, "what was delivered isn't asked after"


@pytest.mark.django_db
@pytest.mark.parametrize("webhooks_first", [True, False])
def test_told_by_webhooks_too_everything_is_one_line(
    ask: Ask, provider: StandIn, lines: Lines, *, webhooks_first: bool
) -> None:
    order = submitted_order()
    provider.answering(at_provider(order, "fulfilled", **DELIVERED))
    carrier = {"carrier": {"code": "DHL", "tracking_number": "1Z999", "tracking_url": "https://dhl.example/1Z999"}}

    def by_webhook() -> None:
        told_by_printify("order:updated", order.printify_id, {"status": "in-production"})
        told_by_printify("order:shipment:created", order.printify_id, carrier)
        told_by_printify("order:shipment:delivered", order.printify_id, carrier) if not webhooks_first else None

    if webhooks_first:
        by_webhook()
    assert ask(due(order, hours=1)) == 1
    if not webhooks_first:
        by_webhook()

    assert len(lines(order)) == 5


@pytest.mark.django_db
def test_a_provider_that_speaks_isnt_asked(ask: Ask, provider: StandIn) -> None:
    order = submitted_order()
    late = due(order)
    operations.plan_reconciling(order.pk, at=NOON)

    told_by_printify("order:updated", order.printify_id, {"status": "on-hold"})

    assert ask(late - timedelta(minutes=1)) == 0
    assert provider.asked == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("quiet", "pause"),
    [
        (timedelta(minutes=31), timedelta(minutes=30)),
        (timedelta(days=4), timedelta(hours=12)),
        (timedelta(days=50), timedelta(days=1)),
        (timedelta(days=61), None),
    ],
)
def test_the_longer_there_is_no_news_the_more_seldom_it_is_asked(
    ask: Ask, provider: StandIn, quiet: timedelta, pause: timedelta | None
) -> None:
    order = submitted_order()
    operations.plan_reconciling(order.pk, at=NOON)
    provider.answering(at_provider(order, "on-hold"))

    ask(NOON + quiet)

    assert now_of(order).reconcile_due_at == (NOON + quiet + pause if pause else None)


@pytest.mark.django_db
def test_an_order_that_the_provider_doesnt_know_is_for_a_person(ask: Ask, provider: StandIn, lines: Lines) -> None:
    order = submitted_order()
    provider.answering(Answer({"status": "error", "code": 10000, "message": "Not found"}, 404))

    assert ask(due(order)) == 1
    assert lines(order)[-1] == "Printify reports a problem: not found"


@pytest.mark.django_db
def test_a_provider_in_trouble_is_asked_for_one_order_a_round(ask: Ask, provider: StandIn) -> None:
    first, second = submitted_order(), submitted_order()
    operations.plan_reconciling(first.pk, at=NOON)
    operations.plan_reconciling(second.pk, at=NOON + timedelta(seconds=1))
    provider.answering(Answer("", 503), at_provider(second, "on-hold"))

    assert ask(NOON + timedelta(minutes=1)) == 0
    assert len(provider.asked) == 1
    assert ask(NOON + timedelta(minutes=2)) == 1
    assert provider.asked[1].path.endswith(f"{second.printify_id}.json")


@pytest.mark.django_db
def test_a_provider_that_wants_quiet_has_it(ask: Ask, provider: StandIn) -> None:
    order = submitted_order()
    provider.answering(Answer("", 429, {"Retry-After": "3600"}))
    ask(due(order))

    assert ask(due(order, hours=1)) == 0
    assert len(provider.asked) == 1


@pytest.mark.django_db
def test_a_round_is_bounded(ask: Ask, provider: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciling, "BATCH", 2)
    orders = [submitted_order() for _ in range(3)]
    provider.answering(*(at_provider(order, "on-hold") for order in orders))

    assert [ask(due(orders[-1])) for _ in range(2)] == [2, 1]


@pytest.mark.usefixtures("committed")
def test_rounds_at_once_ask_once(ask: Ask, provider: StandIn) -> None:
    order = submitted_order()
    provider.answering(at_provider(order, "in-production"))
    late = due(order)

    outcomes = at_once(4, lambda _: ask(late))

    assert (outcomes.errors, sum(outcomes.answers), len(provider.asked)) == ([], 1, 1)


@pytest.mark.django_db
def test_unsubmitted_and_imported_orders_arent_asked_after(ask: Ask) -> None:
    imported = paid_order()
    operations.record_shipment(imported.pk, Parcel("1"), at=NOON)

    assert ask(NOON + timedelta(days=30)) == 0


@pytest.mark.django_db
def test_what_is_due_is_read_by_its_index() -> None:
    assert "order_reconcile_due" in plan_without_sorting(Order.objects.under_way(due_before=NOON)[:100])
