"""Mails to customers about their orders: the confirmation, and the notice that something is on its way.

Each is sent once an order, and again when staff ask for it. Who sends holds a lock until the sending is noted, so a
task that comes twice, or while another is at it, sends nothing. Only where a process dies between the server's yes and
our note is a mail sent again; it then has the same Message-ID, by which mailboxes know it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from anymail.exceptions import AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.common.enqueue import send as enqueue
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

_PASSING = (SMTPException, AnymailError, OSError)


class MailNotSent(Exception):
    """The mail server or provider couldn't take a mail now; later it may."""


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
    order = whole_order(order_id) if _is_ours_to_send(mail, order_id) else None
    again = _request(mail, order_id)
    if order is None or not _is_due(mail, order, again=again is not None):
        return False
    message = _message(mail, order, again)
    try:
        message.send()
    except _PASSING as error:
        if not _is_final(error):
            raise MailNotSent(f"{type(error).__name__}: {error}") from error
        operations.record_mail_refused(order_id, mail.kind, recipient=order.email, reason=_reason(error), again=again)
        return False
    mail.record(order_id, recipient=order.email, message_id=_message_id(message), at=now)
    return True


def _is_ours_to_send(mail: _Mail, order_id: UUID) -> bool:
    """Takes the mail until the transaction ends, if nobody has; the order's row stays free for what comes in of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"mail:{mail.kind}:{order_id}"])
        (taken,) = cursor.fetchone()
    return bool(taken)


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
    """Text and HTML of the same words; what is sent again has a name of its own, or mailboxes would drop it."""
    name = f"{order.pk.hex}.{mail.kind}" + (f".{again.hex}" if again else "")
    context = {"order": order_words(order), "url": f"{settings.SITE_URL}{order_path(order)}"}
    message = EmailMultiAlternatives(
        str(mail.subject) % {"number": order.number},
        render_to_string(f"orders/emails/{mail.kind}.txt", context).strip() + "\n",
        to=[order.email],
        headers={"Message-ID": f"<{name}@{urlsplit(settings.SITE_URL).hostname}>"},
    )
    message.attach_alternative(render_to_string(f"orders/emails/{mail.kind}.html", context), "text/html")
    return message


def _message_id(message: EmailMultiAlternatives) -> str:
    """The provider's name for the mail, by which it tells of it later; the header's where mail goes by SMTP."""
    told = getattr(getattr(message, "anymail_status", None), "message_id", None)
    return told if isinstance(told, str) else str(message.extra_headers["Message-ID"])


def _is_final(error: Exception) -> bool:
    """Whether the recipient was refused for good. A server that says 4xx would like to be asked again."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _answer in error.recipients.values())
    return isinstance(error, AnymailRecipientsRefused)


def _reason(error: Exception) -> str:
    if isinstance(error, SMTPRecipientsRefused):
        return "; ".join(answer.decode(errors="replace") for _code, answer in error.recipients.values())
    return str(error)
