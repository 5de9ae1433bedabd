"""Mails to customers about their orders: the confirmation, and the notice that something is on its way.

Each is sent once an order, and again when staff ask for it. Who sends holds a lock until the sending is noted, so a
task that comes twice, or while another is at it, sends nothing. Only where a process dies between the server's yes and
our note is a mail sent again; it then has the same Message-ID, by which mailboxes know it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.common.enqueue import send as enqueue
from apps.common.posting import RecipientRefused, compose, hand_over, take_turn
from apps.orders import operations
from apps.orders.customer_orders import whole_order
from apps.orders.customer_presenter import order_words
from apps.orders.guest_links import order_path
from apps.orders.models import MailKind, Order, StaffRequest
from apps.orders.models.staff_requests import RESENDING
from apps.orders.operations.fulfilment import SEND_SHIPPING_NOTICE
from apps.orders.operations.payments import SEND_CONFIRMATION

OFFER_AGAIN_AFTER: Final = timedelta(minutes=10)
GIVE_UP_AFTER: Final = timedelta(days=3)
# No order is under way for longer; it lets the sweep read the newest orders by their index.
_OLDEST_ORDER: Final = timedelta(days=60)
_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class _Mail:
    """One of the two: ``column`` says when it went off, ``record`` notes that it did."""

    kind: MailKind
    subject: Promise
    column: str
    record: Callable[..., None]


_CONFIRMATION: Final = _Mail(
    MailKind.CONFIRMATION, _("Your order %(number)s"), "confirmation_sent_at", operations.record_confirmation_sent
)
_SHIPPING_NOTICE: Final = _Mail(
    MailKind.SHIPPING_NOTICE,
    _("Your order %(number)s is on its way"),
    "shipping_notice_sent_at",
    operations.record_shipping_notice_sent,
)


def send_confirmation(order_id: UUID, *, now: datetime) -> bool:
    """Confirms an order that was paid; false where there is nothing to send. Raises MailNotSent."""
    return _send_once(_CONFIRMATION, order_id, now)


def send_shipping_notice(order_id: UUID, *, now: datetime) -> bool:
    """Names the parcels known by now; later ones are on the order's page. False where there is nothing to send.

    Raises MailNotSent.
    """
    return _send_once(_SHIPPING_NOTICE, order_id, now)


def offer_unsent(now: datetime) -> int:
    """Gives mails that are overdue to the workers again; returns how many. The broker may lose what it holds."""
    recent = Order.objects.filter(created_at__gte=now - _OLDEST_ORDER, imported_from=None).exclude(email="")
    overdue = (now - GIVE_UP_AFTER, now - OFFER_AGAIN_AFTER)
    unconfirmed = recent.filter(paid_at__range=overdue, confirmation_sent_at=None, cancelled_at=None)
    unannounced = recent.filter(shipped_at__range=overdue, shipping_notice_sent_at=None)
    first = sum(
        enqueue(task, str(order_id))
        for task, orders in ((SEND_CONFIRMATION, unconfirmed), (SEND_SHIPPING_NOTICE, unannounced))
        for order_id in orders.order_by("created_at").values_list("pk", flat=True)[:_BATCH]
    )
    return first + sum(
        enqueue(task, str(order_id))
        for task, mail in ((SEND_CONFIRMATION, _CONFIRMATION), (SEND_SHIPPING_NOTICE, _SHIPPING_NOTICE))
        for order_id in _asked_again(mail, *overdue)
    )


def _asked_again(mail: _Mail, since: datetime, until: datetime) -> list[UUID]:
    waiting = StaffRequest.objects.waiting(RESENDING[mail.kind], since=since, until=until)
    return list(waiting.values_list("order_id", flat=True)[:_BATCH])


@transaction.atomic
def _send_once(mail: _Mail, order_id: UUID, now: datetime) -> bool:
    order = whole_order(order_id) if take_turn(f"{mail.kind}:{order_id}") else None
    again = _request(mail, order_id)
    if order is None or not _is_due(mail, order, again=again is not None):
        return False
    try:
        message_id = hand_over(_message(mail, order, again))
    except RecipientRefused as refusal:
        operations.record_mail_refused(order_id, mail.kind, recipient=order.email, reason=str(refusal), again=again)
        return False
    mail.record(order_id, recipient=order.email, message_id=message_id, at=now)
    return True


def _request(mail: _Mail, order_id: UUID) -> UUID | None:
    """What staff have asked for, if they want it sent again."""
    wishes = StaffRequest.objects.open().filter(order_id=order_id, act=RESENDING[mail.kind])
    return wishes.values_list("pk", flat=True).first()


def _is_due(mail: _Mail, order: Order, *, again: bool) -> bool:
    was_sent = getattr(order, mail.column) or operations.was_refused(order.pk, mail.kind, order.email)
    if not order.email or (was_sent and not again):
        return False
    if mail.kind == MailKind.CONFIRMATION:
        return order.paid_at is not None and order.cancelled_at is None
    return order.shipped_at is not None


def _message(mail: _Mail, order: Order, again: UUID | None) -> EmailMultiAlternatives:
    """What is sent again has a name of its own, or mailboxes would drop it."""
    return compose(
        f"orders/emails/{mail.kind}",
        {"order": order_words(order), "url": f"{settings.SITE_URL}{order_path(order)}"},
        subject=str(mail.subject) % {"number": order.number},
        to=order.email,
        name=f"{order.pk.hex}.{mail.kind}" + (f".{again.hex}" if again else ""),
    )
