"""A worker killed at each step of an order: told of its payment, submitted, drafted, released, recorded."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from apps.orders import feed, submission
from apps.orders.models import Order
from apps.orders.states import Status
from apps.webhooks import inbox, processing
from apps.webhooks.inbox import Envelope
from apps.webhooks.models import DeliveryStatus, WebhookDelivery
from tests.faults.conftest import StartWorker
from tests.faults.outside import payment_of
from tests.faults.patience import eventually
from tests.faults.print_shop import DRAFT, RELEASE, PrintShop
from tests.faults.reporting import Report
from tests.faults.servers import Broker
from tests.faults.sessions import held, nobody_is_connected, wait_for_a_row
from tests.orders.deliveries import session
from tests.orders.factories import open_order, paid_order

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

CONFIRMED = ["order.created", "order.email.confirmation_sent", "order.submitted"]


@pytest.fixture
def print_shop() -> Iterator[PrintShop]:
    shop = PrintShop()
    with shop.running():
        yield shop
        shop.may_answer.set()


def told_of_payment(order: Order) -> None:
    """Stripe's message is in the inbox, and with the broker."""
    body = json.dumps(payment_of(session(order), f"evt_{order.number}")).encode()
    envelope = Envelope(f"evt_{order.number}", "checkout.session.completed")
    assert inbox.store(provider="stripe", envelope=envelope, body=body, headers={})


def all_are(status: Status) -> bool:
    return set(Order.objects.values_list("status", flat=True)) == {status}


def make_overdue() -> None:
    """As if the leases of those who were killed, and the inbox's patience, had run out."""
    Order.objects.filter(status=Status.PAID).update(submission_due_at=Now() - timedelta(minutes=3))
    WebhookDelivery.objects.update(due_at=Now() - timedelta(minutes=1))


def test_a_worker_killed_at_each_step_of_an_order_leaves_one_order_at_the_printer_and_one_line_of_each_kind(
    broker: Broker, start_worker: StartWorker, print_shop: PrintShop, report: Report
) -> None:
    """One payment's message is lost by the broker, one is being worked off; one order is to be taken up, one has been
    drafted, one released, neither knows; and one is recorded, which nobody has told the broker."""
    forgotten, told = open_order(), open_order()
    told_of_payment(forgotten)
    broker.empty()
    taken, drafted, released, recorded = (paid_order() for _ in range(4))
    told_of_payment(told)
    print_shop.holding = {drafted.number: DRAFT, released.number: RELEASE}
    with ExitStack() as holding:
        holding.enter_context(held(taken))
        holding.enter_context(held(told))
        with held(recorded):
            worker = start_worker(processes=7, told=print_shop.told)
            # Of those that are held, a message, two submissions and two confirmations.
            eventually(lambda: len(print_shop.held) == 2 and wait_for_a_row(5))
            worker.freeze()
        eventually(lambda: Order.objects.get(pk=recorded.pk).status == Status.SUBMITTED)
        worker.kill()
    print_shop.may_answer.set()
    eventually(nobody_is_connected)
    assert Order.objects.get(pk=told.pk).status == Status.AWAITING_PAYMENT, "half of a message's effect is none"

    make_overdue()
    assert processing.sweep() == 2
    assert submission.offer_waiting(now=timezone.now()) == 3
    broker.hand_out_again()
    start_worker(processes=2, told=print_shop.told)
    eventually(lambda: all_are(Status.SUBMITTED) and broker.is_idle())

    numbers = sorted(Order.objects.values_list("number", flat=True))
    assert sorted(each["label"] for each in print_shop.orders.values()) == numbers
    assert print_shop.released == dict.fromkeys(numbers, 1)
    for order in Order.objects.all():
        happened = sorted(entry.event_type for entry in feed.list_for_order(order))
        assert [name for name in happened if name != "order.submission_retried"] == CONFIRMED
    assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {DeliveryStatus.PROCESSED}
    report(f"{len(numbers)} orders, a worker killed at each step: {len(print_shop.asked)} calls to the printer")
