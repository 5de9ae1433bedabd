"""Money: paid, not paid, given back, disputed. Called by webhook handlers with what the payment provider said."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Max, When
from django.db.models.functions import Greatest, Now

from apps.common.enqueue import enqueue_after_commit
from apps.orders.log import log_event
from apps.orders.models import Order, Refund
from apps.orders.operations.carts import close_bought_cart, record_payment_given_up
from apps.orders.operations.facts import note, source_key
from apps.orders.operations.placing import Totals
from apps.orders.states import EXPIRY, PAYMENT

SUBMIT = "orders.submit"
SEND_CONFIRMATION = "orders.send_confirmation"
# What is told out of turn may be with the provider already, or have been given back.
_WHERE_OWED = Case(When(submitted_at=None, refunded_minor__lt=F("total_minor"), then=Now()), default=None)


@transaction.atomic
def record_payment(
    order_id: UUID,
    *,
    at: datetime,
    payment_intent_id: str = "",
    email: str = "",
    shipping_address: Mapping[str, Any] | None = None,
    totals: Totals | None = None,
) -> bool:
    """The order is placed: logged, its cart closed, its submission and its confirmation on their way. Once.

    What the customer told at the checkout (address, e-mail) and what was charged in the end replaces what the order
    was opened with.
    """
    changes: dict[str, Any] = totals.as_columns() if totals else {}
    changes |= {"email": email} if email else {}
    changes |= {"shipping_address": dict(shipping_address)} if shipping_address else {}
    changes |= {"stripe_payment_intent_id": payment_intent_id, "submission_due_at": _WHERE_OWED}
    order = note(order_id, PAYMENT, at=at, event_type=None, **changes)
    if order is None:
        return False
    log_event(
        "order.created",
        order=order,
        payload={"amount_minor": order.total_minor, "currency": order.currency, "provider": "stripe"}
        | _ids(payment_intent_id),
        occurred_at=at,
        source_key=source_key(order.pk, "order.created"),
    )
    close_bought_cart(order, at=at)
    enqueue_after_commit(SUBMIT, str(order.pk))
    enqueue_after_commit(SEND_CONFIRMATION, str(order.pk))
    return True


def _ids(payment_intent_id: str) -> dict[str, str]:
    return {"payment_intent_id": payment_intent_id} if payment_intent_id else {}


@transaction.atomic
def record_payment_failure(order_id: UUID, *, at: datetime, reason: str, event_id: str) -> None:
    """A payment came to nothing; the customer may try another. Logged once an event of the provider's."""
    order = Order.objects.get(pk=order_id)
    record_payment_given_up(order)
    log_event(
        "order.payment_failed",
        order=order,
        payload={"reason": reason},
        occurred_at=at,
        source_key=source_key(order_id, "order.payment_failed", event_id),
    )


def record_expiry(order_id: UUID, *, at: datetime) -> bool:
    """The checkout ended unpaid. Nothing is logged: the cart is still there and may be reported as left."""
    return note(order_id, EXPIRY, at=at, event_type=None) is not None


@transaction.atomic
def record_refund(order_id: UUID, *, total_minor: int, before_minor: int | None, at: datetime) -> bool:
    """Money went back, ``total_minor`` in all so far; logs the step. Told again, or out of turn, it is one line a step.

    Of what was given back whole before it was submitted nothing is made, unless staff submit it by hand.

    Stripe's ``amount_refunded`` is cumulative. ``before_minor`` is what it was before this step where the provider
    says so, which makes the steps right in any order; otherwise it is what we knew.
    """
    order = Order.objects.select_for_update(no_key=True).get(pk=order_id)
    known = Refund.objects.filter(order=order, total_minor__lt=total_minor).aggregate(most=Max("total_minor"))["most"]
    amount = total_minor - (known or 0 if before_minor is None else before_minor)
    refund, first = Refund.objects.get_or_create(
        order=order, total_minor=total_minor, defaults={"amount_minor": amount, "refunded_at": at}
    )
    if not first or amount <= 0:
        return False
    Order.objects.filter(pk=order_id).update(
        refunded_minor=Greatest(F("refunded_minor"), total_minor), refunded_at=Greatest(F("refunded_at"), at)
    )
    if total_minor >= order.total_minor:
        Order.objects.filter(pk=order_id).update(submission_due_at=None)
    log_event(
        "order.refunded",
        order=order,
        payload={"amount_minor": refund.amount_minor, "total_minor": total_minor, "currency": order.currency},
        occurred_at=at,
        source_key=source_key(order_id, "order.refunded", total_minor),
    )
    return True


@transaction.atomic
def record_refund_failure(order_id: UUID, *, amount_minor: int, reason: str, at: datetime, refund_id: str) -> None:
    """The provider couldn't give money back: a person has to."""
    order = Order.objects.get(pk=order_id)
    log_event(
        "order.refund_failed",
        order=order,
        payload={"amount_minor": amount_minor, "currency": order.currency, "reason": reason, "refund_id": refund_id},
        occurred_at=at,
        source_key=source_key(order_id, "order.refund_failed", refund_id),
    )


@transaction.atomic
def open_dispute(
    order_id: UUID,
    *,
    dispute_id: str,
    amount_minor: int,
    currency: str,
    reason: str,
    status: str,
    due_at: datetime | None,
    at: datetime,
) -> None:
    """The customer's bank asks the money back. ``due_at`` is until when it can be answered; null if it can't be."""
    order = _disputed(order_id, status, due_at)
    log_event(
        "order.dispute_opened",
        order=order,
        payload={
            "dispute_id": dispute_id,
            "amount_minor": amount_minor,
            "currency": currency,
            "reason": reason,
            "due_at": due_at.isoformat() if due_at else None,
        },
        occurred_at=at,
        source_key=source_key(order_id, "order.dispute_opened", dispute_id),
    )


@transaction.atomic
def close_dispute(order_id: UUID, *, dispute_id: str, status: str, at: datetime) -> None:
    """The bank has decided; a dispute that was lost is a warning."""
    log_event(
        "order.dispute_closed",
        order=_disputed(order_id, status, None),
        payload={"dispute_id": dispute_id, "outcome": status},
        level="warning" if status == "lost" else None,
        occurred_at=at,
        source_key=source_key(order_id, "order.dispute_closed", dispute_id),
    )


FINAL_DISPUTES = frozenset({"won", "lost", "warning_closed", "prevented"})


def _disputed(order_id: UUID, status: str, due_at: datetime | None) -> Order:
    """Notes where the dispute stands; what is decided stays decided, whatever comes late."""
    Order.objects.filter(pk=order_id).exclude(dispute_status__in=sorted(FINAL_DISPUTES)).update(
        dispute_status=status, dispute_due_at=due_at
    )
    return Order.objects.get(pk=order_id)
