"""What each message of a provider means for an order, with all the odd ways in which they are known to come."""

from collections.abc import Callable
from itertools import permutations
from random import Random
from typing import Any

import pytest
from django.core.management import call_command

from apps.orders import feed, operations
from apps.orders.models import ActivityEntry, Cart, Order, Product
from apps.orders.states import PaymentStatus, Status
from apps.webhooks.models import DeliveryStatus
from tests.orders.deliveries import later, session, told_by_mail, told_by_printify, told_by_stripe
from tests.orders.factories import NOON, CartFactory, ProductFactory, open_order, paid_order

pytestmark = pytest.mark.django_db

Lines = Callable[..., list[str]]
PROCESSED, IGNORED, FAILED, RECEIVED = (
    DeliveryStatus.PROCESSED,
    DeliveryStatus.IGNORED,
    DeliveryStatus.FAILED,
    DeliveryStatus.RECEIVED,
)


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def submitted_order() -> Order:
    order = paid_order()
    operations.record_submission(order.pk, printify_id="pfy-1", at=later(1))
    return order


# --- Stripe -----------------------------------------------------------------------------------


def test_a_paid_session_places_the_order_with_what_the_customer_told(order: Order, lines: Lines) -> None:
    totals = {"amount_total": 4_800, "total_details": {"amount_shipping": 500, "amount_tax": 0}}

    assert told_by_stripe("checkout.session.completed", session(order, **totals)) == PROCESSED

    placed = fresh(order)
    assert (placed.status, placed.paid_at, placed.email) == (Status.PAID, NOON, "payer@example.com")
    assert (placed.subtotal_minor, placed.shipping_minor, placed.total_minor) == (4_300, 500, 4_800)
    assert placed.shipping_address["city"] == "York"
    assert placed.stripe_payment_intent_id == f"pi_{order.number}"
    assert lines(order) == ["Order placed — £48.00 via Stripe"]


def test_an_unpaid_session_is_a_payment_that_takes_days(order: Order, lines: Lines) -> None:
    told_by_stripe("checkout.session.completed", session(order, payment_status="unpaid"))
    assert (fresh(order).status, lines(order)) == (Status.AWAITING_PAYMENT, [])

    told_by_stripe("checkout.session.async_payment_failed", session(order, payment_status="unpaid"), at=later(1))
    assert feed.count_needing_attention() == 1

    told_by_stripe("checkout.session.async_payment_succeeded", session(order), at=later(2))
    assert fresh(order).status == Status.PAID
    assert feed.count_needing_attention() == 0
    assert lines(order) == ["Payment failed: the payment didn't go through", "Order placed — £43.00 via Stripe"]


def test_an_order_for_nothing_needs_no_payment(order: Order) -> None:
    told_by_stripe("checkout.session.completed", session(order, payment_status="no_payment_required"))
    assert fresh(order).status == Status.PAID


def test_a_session_that_ran_out_leaves_the_cart_and_a_late_payment_counts(lines: Lines) -> None:
    cart = CartFactory.create()
    order = open_order(cart=cart)
    told_by_stripe("checkout.session.expired", session(order, payment_status="unpaid"))
    assert (fresh(order).status, lines(order)) == (Status.EXPIRED, [])
    assert Cart.objects.open().filter(pk=cart.pk).exists()

    told_by_stripe("checkout.session.completed", session(order), at=later(1))
    assert fresh(order).status == Status.PAID
    assert not Cart.objects.open().exists()


def test_a_cart_that_was_left_and_is_bought_after_all_is_recovered(lines: Lines) -> None:
    order = open_order(cart=CartFactory.create(abandoned_at=NOON))

    told_by_stripe("checkout.session.completed", session(order))

    assert f"Cart recovered — order {order.number} placed" in lines(order)


def test_what_is_not_about_an_order_is_left_to_others(order: Order) -> None:
    theirs = session(order, metadata={"credits": "100"})
    assert told_by_stripe("checkout.session.completed", theirs) == IGNORED
    assert told_by_stripe("charge.refunded", {"id": "ch_1", "amount_refunded": 5, "metadata": {}}) == IGNORED


def test_an_order_that_is_not_there_yet_is_waited_for(order: Order) -> None:
    early = session(order, metadata={"order_id": "01890000-0000-7000-8000-000000000000"})
    assert told_by_stripe("checkout.session.completed", early) == RECEIVED


def test_another_currency_than_ordered_is_for_a_person(order: Order, lines: Lines) -> None:
    assert told_by_stripe("checkout.session.completed", session(order, currency="eur")) == FAILED
    assert fresh(order).status == Status.AWAITING_PAYMENT
    assert "paid in eur, ordered in GBP" in lines()[0]


def charge(order: Order, total: int) -> dict[str, Any]:
    return {
        "id": "ch_1",
        "object": "charge",
        "payment_intent": f"pi_{order.number}",
        "amount": order.total_minor,
        "amount_refunded": total,
        "refunded": total == order.total_minor,
        "metadata": {"order_id": str(order.pk)},
    }


REFUNDS = [(0, 1_000, 1), (1_000, 4_300, 2)]


@pytest.mark.parametrize("sequence", [*permutations(REFUNDS), [*REFUNDS, *REFUNDS]])
def test_cumulative_refunds_are_told_by_the_step(sequence: list[tuple[int, int, int]], lines: Lines) -> None:
    order = paid_order()
    for before, total, hour in sequence:
        told_by_stripe(
            "charge.refunded",
            charge(order, total),
            at=later(hour),
            previous_attributes={"amount_refunded": before, "refunded": False},
        )

    assert lines(order)[1:] == ["Refunded £10.00", "Refunded £33.00"]
    assert (fresh(order).refunded_minor, fresh(order).payment_status) == (4_300, PaymentStatus.REFUNDED)


def test_a_refund_of_a_charge_that_names_no_order_finds_it_by_its_payment(order: Order, lines: Lines) -> None:
    told_by_stripe("checkout.session.completed", session(order))

    assert told_by_stripe("charge.refunded", charge(order, 500) | {"metadata": {}}) == PROCESSED
    assert lines(order)[-1] == "Refunded £5.00"


@pytest.mark.parametrize("amount", [None, "43", -1, True, 4.5])
def test_an_amount_that_is_none_is_for_a_person(order: Order, amount: object) -> None:
    assert told_by_stripe("charge.refunded", charge(order, 0) | {"amount_refunded": amount}) == FAILED
    assert feed.count_needing_attention() == 1


def test_more_refunded_than_was_paid_is_tried_again_and_breaks_nothing(order: Order, lines: Lines) -> None:
    assert told_by_stripe("charge.refunded", charge(order, 10_000)) == RECEIVED
    assert lines(order) == []


def test_a_refund_that_failed_is_told_once_by_two_messages_and_mended_by_one_that_came(
    order: Order, lines: Lines
) -> None:
    told_by_stripe("checkout.session.completed", session(order))
    refund = {
        "id": "re_1",
        "object": "refund",
        "amount": 4_300,
        "status": "failed",
        "payment_intent": f"pi_{order.number}",
        "failure_reason": "expired_or_canceled_card",
    }
    told_by_stripe("refund.failed", refund, at=later(1))
    told_by_stripe("charge.refund.updated", refund, at=later(1))
    assert told_by_stripe("charge.refund.updated", refund | {"status": "succeeded"}, at=later(2)) == IGNORED

    assert lines(order)[1:] == ["Refund of £43.00 failed: expired or canceled card"]
    assert feed.count_needing_attention() == 1
    told_by_stripe("charge.refunded", charge(order, 4_300), at=later(3))
    assert feed.count_needing_attention() == 0


def dispute(order: Order, **changes: Any) -> dict[str, Any]:
    return {
        "id": "dp_1",
        "object": "dispute",
        "payment_intent": {"id": f"pi_{order.number}", "object": "payment_intent"},
        "amount": 4_300,
        "currency": "gbp",
        "reason": "product_not_received",
        "status": "needs_response",
        "created": int(NOON.timestamp()),
        "evidence_details": {"due_by": int(later(24 * 7).timestamp())},
        **changes,
    }


def test_a_dispute_says_until_when_and_is_over_when_it_is_closed(order: Order, lines: Lines) -> None:
    told_by_stripe("checkout.session.completed", session(order), at=later(-24))
    told_by_stripe("charge.dispute.created", dispute(order))
    told_by_stripe("charge.dispute.updated", dispute(order, status="under_review"), at=later(1))

    assert lines(order)[1:] == ["Dispute opened over £43.00: product not received — answer by 28 November 2026"]
    assert fresh(order).dispute_due_at == later(24 * 7)
    told_by_stripe("charge.dispute.closed", dispute(order, status="won"), at=later(2))
    assert feed.count_needing_attention() == 0
    told_by_stripe("charge.dispute.updated", dispute(order, status="under_review"), at=later(3))
    assert fresh(order).dispute_status == "won"


def test_a_dispute_that_cannot_be_answered_names_no_day_and_a_lost_one_is_a_warning(order: Order, lines: Lines) -> None:
    told_by_stripe("checkout.session.completed", session(order), at=later(-1))
    told_by_stripe("charge.dispute.created", dispute(order, evidence_details={"due_by": 0}))
    told_by_stripe("charge.dispute.closed", dispute(order, status="lost"), at=later(2))

    assert lines(order)[1:] == ["Dispute opened over £43.00: product not received", "Dispute closed: lost"]
    assert [entry.event_type for entry in feed.list_recent(level="warning").entries] == ["order.dispute_closed"]


def test_a_dispute_of_a_payment_that_nobody_knows_is_waited_for_and_then_told_to_a_person(order: Order) -> None:
    assert told_by_stripe("charge.dispute.created", dispute(order)) == RECEIVED


@pytest.mark.parametrize("data", [{}, {"object": None}, {"object": []}])
def test_an_event_about_nothing_is_for_a_person(data: dict[str, Any]) -> None:
    assert told_by_stripe("charge.refunded", {}, id="evt_x", **({"object": None} | data)) == FAILED


# --- Printify ---------------------------------------------------------------------------------


def test_the_whole_way_of_an_order_at_the_provider(lines: Lines) -> None:
    order = submitted_order()
    carrier = {"code": "DHL", "tracking_number": "1Z999", "tracking_url": "https://track.example/1Z999"}

    told_by_printify("order:created", "pfy-1", {"status": "pending"}, at=later(1))
    told_by_printify("order:sent-to-production", "pfy-1", {}, at=later(2))
    told_by_printify("order:shipment:created", "pfy-1", {"shipped_at": "2026-11-21 15:00:00+00:00", "carrier": carrier})
    told_by_printify(
        "order:shipment:delivered", "pfy-1", {"delivered_at": "2026-11-21 16:00:00+00:00", "carrier": carrier}
    )

    assert lines(order)[1:] == [
        "Submitted to Printify (pfy-1)",
        "In production at Printify",
        "Shipped via DHL — tracking: 1Z999",
        "Delivered",
    ]
    placed = fresh(order)
    assert (placed.status, placed.shipped_at, placed.delivered_at) == (Status.DELIVERED, later(3), later(4))
    assert (placed.tracking_carrier, placed.tracking_url) == ("DHL", "https://track.example/1Z999")


def test_the_other_shape_of_shipments_means_the_same(lines: Lines) -> None:
    order = submitted_order()
    shipments = [
        {
            "carrier": "DHL",
            "number": "A",
            "url": "https://track.example/A",
            "delivered_at": "1970-01-01 00:00:00+00:00",
        },
        {"carrier": "UPS", "number": "B", "url": "javascript:alert(1)", "delivered_at": None},
        "nonsense",
    ]
    told_by_printify("order:shipment:created", "pfy-1", {"shipments": shipments}, at=later(3))
    told_by_printify("order:shipment:delivered", "pfy-1", {"shipments": shipments[:1]}, at=later(9))

    assert lines(order)[2:] == ["Shipped via DHL — tracking: A", "Shipped via UPS — tracking: B", "Delivered"]
    assert (fresh(order).shipped_at, fresh(order).delivered_at) == (later(3), later(9))
    assert order.shipments.get(number="B").url == ""


STATUSES = {
    "in-production": (Status.IN_PRODUCTION, ["In production at Printify"]),
    "partially-fulfilled": (Status.IN_PRODUCTION, ["In production at Printify"]),
    "fulfilled": (Status.IN_PRODUCTION, ["In production at Printify"]),
    "canceled": (Status.CANCELLED, ["Order cancelled"]),
    "on-hold": (Status.SUBMITTED, []),
    "sending-to-production": (Status.SUBMITTED, []),
    "has-issues": (Status.SUBMITTED, ["Printify reports a problem: has-issues"]),
    "unfulfillable": (Status.SUBMITTED, ["Printify reports a problem: unfulfillable"]),
    "out-of-stock": (Status.SUBMITTED, ["Printify reports a problem: out-of-stock"]),
    "painted-green": (Status.SUBMITTED, ["Printify says: painted-green"]),
    "": (Status.SUBMITTED, []),
}


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_means_something_also_one_that_nobody_knows(status: str, lines: Lines) -> None:
    order = submitted_order()
    for _ in range(2):
        assert told_by_printify("order:updated", "pfy-1", {"status": status}, at=later(2)) == PROCESSED

    expected, said = STATUSES[status]
    assert (fresh(order).status, lines(order)[2:]) == (expected, said)
    assert fresh(order).provider_status == status


def test_a_problem_at_the_provider_is_over_when_it_goes_on() -> None:
    submitted_order()
    told_by_printify("order:updated", "pfy-1", {"status": "has-issues"}, at=later(2))
    assert feed.count_needing_attention() == 1

    told_by_printify("order:updated", "pfy-1", {"status": "in-production"}, at=later(3))
    assert feed.count_needing_attention() == 0


def test_an_order_made_elsewhere_is_left_alone_in_the_end() -> None:
    answers = []
    for _ in range(4):
        answers.append(told_by_printify("order:updated", "made-by-hand", {"status": "fulfilled"}))

    assert answers == [RECEIVED, RECEIVED, RECEIVED, IGNORED]
    assert feed.count_needing_attention() == 0


def test_a_product_that_is_gone_is_archived() -> None:
    product = ProductFactory.create(provider_id="p-1")
    told_by_printify("product:deleted", "p-1", {})
    assert Product.objects.get(pk=product.pk).archived_at is not None


def test_a_shop_that_is_disconnected_is_for_a_person(lines: Lines) -> None:
    told_by_printify("shop:disconnected", "1", {})
    assert lines() == ["Printify has disconnected the shop"]
    assert feed.count_needing_attention() == 1


def test_messages_in_any_order_and_number_end_alike(lines: Lines) -> None:
    chance = Random(5)
    carrier = {"carrier": {"code": "DHL", "tracking_number": "1"}}

    def outcome(shuffled: bool) -> tuple[list[str], str]:
        order = open_order()
        name = f"pfy-{order.number}"
        operations.record_submission(order.pk, printify_id=name, at=later(1))
        messages: list[Callable[[], object]] = [
            lambda: told_by_stripe("checkout.session.completed", session(order), id=f"a{name}"),
            lambda: told_by_printify("order:updated", name, {"status": "in-production"}, at=later(2)),
            lambda: told_by_printify("order:shipment:created", name, carrier, at=later(3)),
            lambda: told_by_printify("order:shipment:delivered", name, carrier, at=later(4)),
            lambda: told_by_printify("order:updated", name, {"status": "canceled"}, at=later(5)),
            lambda: told_by_stripe("charge.refunded", charge(order, 4_300), at=later(6), id=f"b{name}",
                                   previous_attributes={"amount_refunded": 0}),
        ]  # fmt: skip
        if shuffled:
            messages += chance.choices(messages, k=4)
            chance.shuffle(messages)
        for message in messages:
            message()
        return [line.replace(name, "") for line in lines(order)], fresh(order).status

    expected = outcome(shuffled=False)
    assert len(expected[0]) == 7
    for _ in range(25):
        assert outcome(shuffled=True) == expected


# --- Mail -------------------------------------------------------------------------------------


def test_a_bounce_is_told_at_the_order_it_was_about(lines: Lines) -> None:
    order = paid_order()
    operations.record_confirmation_sent(order.pk, recipient="customer@example.com", message_id="<1@mail>", at=later(1))
    told_by_mail("bounced", message_id="<1@mail>", recipient="customer@example.com", description="no such user",
                 timestamp=None)  # fmt: skip

    assert lines(order)[1:] == [
        "Order confirmation sent to customer@example.com",
        "Email bounced: customer@example.com (order confirmation)",
    ]
    assert feed.count_needing_attention() == 1
    assert ActivityEntry.objects.get(event_type="email.bounced").payload["reason"] == "no such user"


@pytest.mark.parametrize("kind", ["bounced", "rejected", "failed", "complained"])
def test_bad_news_of_a_mail_that_nobody_knows_is_told_all_the_same(kind: str, lines: Lines) -> None:
    told_by_mail(kind, message_id=None, recipient="someone@example.com")
    assert "someone@example.com" in lines()[0]
    assert feed.count_needing_attention() == 1


def test_a_delivery_mends_a_bounce_and_opening_is_nobodys_business(lines: Lines) -> None:
    told_by_mail("bounced", message_id="1", recipient="a@example.com")
    told_by_mail("delivered", message_id="1", recipient="a@example.com", timestamp=later(1).isoformat())
    assert told_by_mail("opened", message_id="1", recipient="a@example.com") == IGNORED
    assert told_by_mail("deferred", message_id="1", recipient="a@example.com") == IGNORED
    assert (feed.count_needing_attention(), len(lines())) == (0, 2)


def test_a_message_that_is_mended_by_a_replay_needs_nobody_any_more(order: Order) -> None:
    assert told_by_stripe("checkout.session.completed", session(order, currency="eur")) == FAILED
    Order.objects.filter(pk=order.pk).update(currency="EUR")

    call_command("replay_webhooks", "--failed")

    assert fresh(order).status == Status.PAID
    assert feed.count_needing_attention() == 0
