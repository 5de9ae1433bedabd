"""Mail about an order or a cart that the mail provider has accepted, and what it told of it later."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from apps.common.personal_data import anonymous
from apps.common.sql import ClockTimestamp
from apps.orders import reminders
from apps.orders.log import log_event
from apps.orders.models import ActivityEntry, MailKind, Order, SentMail, StaffRequest
from apps.orders.models.staff_requests import RESENDING, StaffOutcome
from apps.orders.operations.facts import source_key
from apps.orders.operations.staff import answer

# What is logged of a mail that was sent, and the order's column that keeps the first of its kind.
EVENTS: Final = {
    MailKind.CONFIRMATION: ("order.email.confirmation_sent", "confirmation_sent_at"),
    MailKind.SHIPPING_NOTICE: ("order.email.shipping_sent", "shipping_notice_sent_at"),
}


def record_confirmation_sent(order_id: UUID, *, recipient: str, message_id: str, at: datetime) -> None:
    """The confirmation is on its way. A mail that is sent again is a line of its own, and says who asked for it."""
    _record(MailKind.CONFIRMATION, order_id, recipient, message_id, at=at)


def record_shipping_notice_sent(order_id: UUID, *, recipient: str, message_id: str, at: datetime) -> None:
    """The shipping notice is on its way."""
    _record(MailKind.SHIPPING_NOTICE, order_id, recipient, message_id, at=at)


def record_mail_event(
    event_type: str, *, message_id: str, recipient: str, at: datetime, event_id: str, facts: dict[str, Any]
) -> None:
    """What the mail provider tells of a mail, at the order it was about; also of one that isn't known here.

    Who calls a reminder spam isn't reminded again.
    """
    mail = SentMail.objects.filter(message_id=message_id).exclude(message_id="").select_related("order").first()
    about = {"mail": str(mail.get_kind_display())} if mail else {}
    about |= {"cart_id": str(mail.cart_id)} if mail and mail.cart_id else {}
    log_event(
        event_type,
        order=mail.order if mail else None,
        payload={"recipient": recipient, "message_id": message_id, **about, **facts},
        occurred_at=at,
        source_key=f"mail:{event_id}:{event_type}",
    )
    if mail and mail.kind == MailKind.CART_RECOVERY and facts.get("kind") == "complained":
        reminders.stop(reminders.digest_of(mail.recipient))


@transaction.atomic
def record_mail_refused(
    order_id: UUID, kind: MailKind, *, recipient: str, reason: str, again: UUID | None = None
) -> None:
    """A mail couldn't be handed over, because nobody takes mail for the recipient. Logged once a kind and address.

    ``again`` is the request of staff who wanted it sent once more: then it is a line of its own.
    """
    key = _refusal_key(order_id, kind, recipient)
    log_event(
        "email.bounced",
        order=order_id,
        payload={"recipient": recipient, "kind": "rejected", "mail": str(kind.label), "reason": reason},
        source_key=f"{key}:{again.hex}" if again else key,
    )
    if again:
        StaffRequest.objects.open().filter(pk=again).update(ended_at=ClockTimestamp(), outcome=StaffOutcome.REFUSED)


def was_refused(order_id: UUID, kind: MailKind, recipient: str) -> bool:
    """Whether ``record_mail_refused`` was told of it; another address of the same customer's may do."""
    return ActivityEntry.objects.filter(source_key=_refusal_key(order_id, kind, recipient)).exists()


def _refusal_key(order_id: UUID, kind: MailKind, recipient: str) -> str:
    """An address may be longer than a key."""
    return source_key(order_id, "email.bounced", kind.value, anonymous(recipient))


@transaction.atomic
def _record(kind: MailKind, order_id: UUID, recipient: str, message_id: str, *, at: datetime) -> None:
    event_type, column = EVENTS[kind]
    Order.objects.filter(pk=order_id, **{column: None}).update(**{column: at})
    SentMail.objects.create(message_id=message_id, recipient=recipient, kind=kind, order_id=order_id, sent_at=at)
    log_event(
        event_type,
        order=Order.objects.get(pk=order_id),
        payload={"recipient": recipient, "message_id": message_id} | answer(order_id, RESENDING[kind]),
        occurred_at=at,
        source_key=source_key(order_id, event_type, message_id or at.isoformat()),
    )
