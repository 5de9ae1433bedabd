"""Money is given back once, however often it is asked for, and until Stripe answers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from apps.accounts.models import User
from apps.orders import desk, operations
from apps.orders.desk import Refused
from apps.orders.models import Order
from apps.orders.states import PaymentStatus
from tests.factories import UserFactory
from tests.http_stand_in import Answer, StandIn
from tests.orders.deliveries import told_by_stripe
from tests.orders.factories import NOON, open_order
from tests.threads import at_once

Lines = Callable[..., list[str]]
BY = "(by teammate@example.com)"
# The package tries three times by itself.
DOWN = [Answer({"error": {"message": "down"}}, 503, {"Stripe-Should-Retry": "false"})]


def paid_order() -> Order:
    """An order of £43.00 that was paid through Stripe."""
    order = open_order()
    operations.record_payment(order.pk, at=NOON, payment_intent_id=f"pi_{order.number}")
    return Order.objects.get(pk=order.pk)


def refunded(total: int) -> Answer:
    """Stripe's answer when so much of the charge has gone back in all."""
    charge = {"id": "ch_1", "object": "charge", "amount_refunded": total}
    return Answer({"id": "re_1", "object": "refund", "status": "succeeded", "charge": charge})


def refund(order: Order, by: User, amount: int | None = None, **given: Any) -> bool:
    asked: dict[str, Any] = {"key": uuid4(), "now": NOON} | given
    return desk.refund_order(order.pk, by=by, amount_minor=amount, **asked)


@pytest.mark.django_db
def test_a_refund_is_asked_for_by_somebody_and_told_once(teammate: User, stripe: StandIn, lines: Lines) -> None:
    order, key = paid_order(), uuid4()
    stripe.answering(refunded(1_000))

    assert refund(order, teammate, 1_000, key=key, reason="torn") is True
    charge = {"payment_intent": order.stripe_payment_intent_id, "amount_refunded": 1_000}
    told_by_stripe("charge.refunded", charge, previous_attributes={"amount_refunded": 0})

    assert stripe.asked[0].headers["Idempotency-Key"] == f"refund:{key}"
    assert (stripe.asked[0].body["amount"], stripe.asked[0].body["expand[0]"]) == ("1000", "charge")
    assert sorted(lines(order)[1:]) == [f"Refund of £10.00 asked for: torn {BY}", "Refunded £10.00"]
    assert Order.objects.get(pk=order.pk).payment_status == PaymentStatus.PARTLY_REFUNDED


@pytest.mark.django_db
def test_all_that_is_left_is_given_back_where_no_amount_is_named(teammate: User, stripe: StandIn) -> None:
    order = paid_order()
    stripe.answering(refunded(1_000), refunded(4_300))

    refund(order, teammate, 1_000)
    refund(order, teammate, now=NOON + timedelta(hours=1))

    assert stripe.asked[1].body["amount"] == "3300"
    assert Order.objects.get(pk=order.pk).payment_status == PaymentStatus.REFUNDED
    with pytest.raises(Refused, match="Everything was given back"):
        refund(order, teammate)


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("keys", ["one", "many"])
def test_pressed_by_five_at_once_it_is_one_refund(stripe: StandIn, lines: Lines, keys: str) -> None:
    by = UserFactory.create(email="teammate@example.com", is_staff=True)
    order, shared = paid_order(), uuid4()
    stripe.answering(refunded(1_000))

    def press(_: int) -> bool:
        return refund(order, by, 1_000, key=shared if keys == "one" else uuid4())

    outcomes = at_once(5, press)

    assert (outcomes.answers, outcomes.kinds_of_error) == ([True], {Refused})
    assert len(stripe.asked) == 1
    assert sum("asked for" in line for line in lines(order)) == 1


@pytest.mark.django_db
def test_while_stripe_is_away_it_is_repeated_under_the_same_key(teammate: User, stripe: StandIn, lines: Lines) -> None:
    order = paid_order()
    stripe.answering(*DOWN)
    assert refund(order, teammate, 1_000) is False
    with pytest.raises(Refused, match="It is being done"):
        refund(order, teammate, 1_000)

    stripe.answering(*DOWN, refunded(1_000))
    assert desk.settle_refunds(NOON + timedelta(minutes=1)) == 0
    assert desk.settle_refunds(NOON + timedelta(minutes=3)) == 1
    assert desk.settle_refunds(NOON + timedelta(minutes=5)) == 1
    assert desk.settle_refunds(NOON + timedelta(minutes=7)) == 0

    assert len({asked.headers["Idempotency-Key"] for asked in stripe.asked}) == 1
    assert [line for line in lines(order) if "asked for" in line] == [f"Refund of £10.00 asked for {BY}"]


@pytest.mark.django_db
def test_a_no_is_told_to_who_asks_and_later_to_the_log(teammate: User, stripe: StandIn, lines: Lines) -> None:
    order, no = paid_order(), Answer({"error": {"message": "Insufficient funds.", "code": "balance_insufficient"}}, 400)
    stripe.answering(no, *DOWN, no)

    with pytest.raises(Refused, match="Insufficient funds"):
        refund(order, teammate, 1_000)
    assert lines(order)[1:] == []

    refund(order, teammate, 1_000)
    desk.settle_refunds(NOON + timedelta(minutes=3))
    assert lines(order)[1:] == ["Refund of £10.00 failed: Stripe doesn't refund it: Insufficient funds."]


@pytest.mark.django_db
def test_after_a_day_the_key_is_worth_nothing_and_a_person_looks(teammate: User, stripe: StandIn, lines: Lines) -> None:
    order = paid_order()
    stripe.answering(*DOWN)
    refund(order, teammate, 1_000)

    desk.settle_refunds(NOON + timedelta(hours=21))

    assert len(stripe.asked) == 1
    assert "Look there before you ask for it again." in lines(order)[-1]


@pytest.mark.django_db
@pytest.mark.parametrize(("amount", "why"), [(0, "Between nothing"), (-5, "Between nothing"), (4_301, "£43.00")])
def test_an_amount_that_isnt_there_is_refused(teammate: User, amount: int, why: str) -> None:
    with pytest.raises(Refused, match=why):
        refund(paid_order(), teammate, amount)


@pytest.mark.django_db
def test_what_wasnt_paid_through_stripe_isnt_given_back_there(teammate: User) -> None:
    unpaid, elsewhere = open_order(), open_order()
    operations.record_payment(elsewhere.pk, at=NOON)

    for order, why in [(unpaid, "isn't paid"), (elsewhere, "wasn't paid through Stripe")]:
        with pytest.raises(Refused, match=why):
            refund(order, teammate)


@pytest.mark.django_db
def test_a_key_counts_once_whatever_order_it_is_given_with(teammate: User, stripe: StandIn) -> None:
    key: UUID = uuid4()
    stripe.answering(refunded(1_000))
    refund(paid_order(), teammate, 1_000, key=key)

    with pytest.raises(Refused, match="asked for already"):
        refund(paid_order(), teammate, 1_000, key=key)
