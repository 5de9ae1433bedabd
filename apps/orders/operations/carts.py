"""Carts that were left: reported, reminded of once, and bought after all."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from apps.common.enqueue import enqueue_after_commit
from apps.orders.log import log_event
from apps.orders.models import Cart, MailKind, NoReminder, Order, SentMail

REMIND = "orders.send_cart_reminder"


def cart_key(cart_id: UUID, event_type: str, *which: object) -> str:
    """What makes a line about a cart unique."""
    return ":".join(["cart", str(cart_id), event_type, *(str(each) for each in which)])


@transaction.atomic
def record_abandoned(cart: Cart, *, amount_minor: int, currency: str, at: datetime) -> bool:
    """The cart was left at ``at``: logged, and its reminder on its way. False where it was touched, bought or reported
    meanwhile."""
    left = Cart.objects.open().filter(pk=cart.pk, abandoned_at=None, payment_pending_at=None)
    if not left.filter(updated_at=cart.updated_at).update(abandoned_at=at):
        return False
    log_event(
        "abandoned_cart.created",
        payload={
            "recipient": cart.address,
            "amount_minor": amount_minor,
            "currency": currency,
            "cart_id": str(cart.pk),
        },
        occurred_at=at,
        source_key=cart_key(cart.pk, "abandoned_cart.created"),
    )
    enqueue_after_commit(REMIND, str(cart.pk))
    return True


def record_no_reminder(cart_id: UUID, why: NoReminder) -> None:
    """Nobody is reminded of the cart, now or later. Logged is only what needs a person."""
    Cart.objects.filter(pk=cart_id, recovery_sent_at=None).update(no_reminder=why)


@transaction.atomic
def record_reminder_refused(cart_id: UUID, *, recipient: str, reason: str) -> None:
    """The reminder couldn't be handed over, because nobody takes mail for the address."""
    record_no_reminder(cart_id, NoReminder.REFUSED)
    log_event(
        "email.bounced",
        payload={
            "recipient": recipient,
            "kind": "rejected",
            "mail": str(MailKind.CART_RECOVERY.label),
            "reason": reason,
            "cart_id": str(cart_id),
        },
        source_key=cart_key(cart_id, "email.bounced"),
    )


@transaction.atomic
def record_recovery_sent(cart_id: UUID, *, recipient: str, message_id: str, at: datetime) -> bool:
    """The reminder of a cart that was left is on its way. Once a cart; false where it was noted before."""
    if not Cart.objects.filter(pk=cart_id, recovery_sent_at=None).update(recovery_sent_at=at):
        return False
    SentMail.objects.create(
        message_id=message_id, recipient=recipient, kind=MailKind.CART_RECOVERY, cart_id=cart_id, sent_at=at
    )
    log_event(
        "abandoned_cart.email_sent",
        payload={"recipient": recipient, "message_id": message_id, "cart_id": str(cart_id)},
        occurred_at=at,
        source_key=cart_key(cart_id, "abandoned_cart.email_sent"),
    )
    return True


def record_payment_pending(order: Order, *, at: datetime) -> None:
    """The customer has done their part; the money takes days. Their cart isn't left."""
    Cart.objects.filter(orders=order).update(payment_pending_at=at)


def record_payment_given_up(order: Order) -> None:
    """The money never came: the cart is as it was before."""
    Cart.objects.filter(orders=order).update(payment_pending_at=None)


def close_bought_cart(order: Order, *, at: datetime) -> None:
    """The cart was bought; where it, or one that went into it, had been reported as left, that came back."""
    if order.cart_id is None:
        return
    Cart.objects.open().filter(pk=order.cart_id).update(closed_at=at)
    left = Cart.objects.filter(Q(pk=order.cart_id) | Q(merged_into=order.cart_id))
    for cart_id in left.filter(abandoned_at__isnull=False, recovered_at=None).values_list("pk", flat=True):
        if Cart.objects.filter(pk=cart_id, recovered_at=None).update(recovered_at=at):
            _log_recovery(cart_id, order, at)


def _log_recovery(cart_id: UUID, order: Order, at: datetime) -> None:
    log_event(
        "abandoned_cart.recovered",
        order=order,
        payload={"cart_id": str(cart_id)},
        occurred_at=at,
        source_key=cart_key(cart_id, "abandoned_cart.recovered"),
    )
