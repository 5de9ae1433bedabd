"""Carts that were left: reported once, and their shoppers reminded by one mail at most.

Left is a cart with something in it and an address to write to, that nobody was busy with for an hour. A guest's
address is whatever was typed, so an address is reminded of one cart a day at most, and never again once it says so.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils.translation import gettext as _

from apps.common.enqueue import send as enqueue
from apps.common.posting import RecipientRefused, compose, hand_over, take_turn
from apps.orders import operations, reminders
from apps.orders.cart_contents import Contents, contents_of
from apps.orders.cart_links import no_reminders_path, return_path
from apps.orders.models import Cart, MailKind, NoReminder, Order, SentMail
from apps.orders.operations.carts import REMIND
from apps.orders.shop_presenter import cart_words

BATCH: Final = 200
OFFER_AGAIN_AFTER: Final = timedelta(minutes=10)
# A reminder that comes later is about something long forgotten.
REMIND_UNTIL: Final = timedelta(days=3)
ONE_REMINDER_EVERY: Final = timedelta(days=1)
# So long may the schedule have stood still without a cart that was left going unreported.
_REPORTED_UNTIL: Final = timedelta(days=30)


def left_after() -> timedelta:
    """For how long nobody was busy with a cart that was left."""
    return timedelta(seconds=settings.ABANDONED_CART_SECONDS)


def report_left(now: datetime) -> int:
    """Reports carts that were left, the longest first, each in a transaction of its own; returns how many."""
    found = Cart.objects.left_between(now - _REPORTED_UNTIL, now - left_after()).select_related("user")[:BATCH]
    return sum(_report(cart) for cart in found)


def _report(cart: Cart) -> bool:
    contents = contents_of(cart)
    return operations.record_abandoned(
        cart, amount_minor=contents.total_minor, currency=contents.currency, at=cart.updated_at + left_after()
    )


def offer_unsent(now: datetime) -> int:
    """Gives reminders that never went off to the workers again; returns how many. The broker may lose what it holds."""
    overdue = Cart.objects.to_be_reminded().filter(abandoned_at__range=(now - REMIND_UNTIL, now - OFFER_AGAIN_AFTER))
    quiet = overdue.filter(updated_at__lte=now - left_after()).order_by("abandoned_at")
    return sum(enqueue(REMIND, str(cart_id)) for cart_id in quiet.values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def remind(cart_id: UUID, *, now: datetime) -> bool:
    """Reminds the shopper, if that is due and wanted; true where the mail went off. Raises MailNotSent.

    Whoever comes back is left in peace, and reminded when they have left once more.
    """
    cart = _with_the_turn(cart_id)
    if cart is None or cart.updated_at > now - left_after():
        return False
    contents = _what_can_be_bought(cart)
    if why_not := _why_not(cart, contents, now):
        operations.record_no_reminder(cart_id, why_not)
        return False
    try:
        message_id = hand_over(_message(cart, contents))
    except RecipientRefused as refusal:
        operations.record_reminder_refused(cart_id, recipient=cart.address, reason=str(refusal))
        return False
    return operations.record_recovery_sent(cart_id, recipient=cart.address, message_id=message_id, at=now)


def _with_the_turn(cart_id: UUID) -> Cart | None:
    """The cart, looked at once nobody else may remind its address; null where there is nothing to do."""
    waiting = Cart.objects.to_be_reminded().select_related("user").filter(pk=cart_id)
    cart = waiting.first()
    if cart is None or not take_turn(f"{MailKind.CART_RECOVERY}:{reminders.digest_of(cart.address)}"):
        return None
    return waiting.first()


def _what_can_be_bought(cart: Cart) -> Contents:
    return Contents(tuple(line for line in contents_of(cart).lines if line.can_be_bought))


def _why_not(cart: Cart, contents: Contents, now: datetime) -> NoReminder | None:
    if cart.abandoned_at is None or cart.abandoned_at < now - REMIND_UNTIL:
        return NoReminder.LATE
    if not contents.lines:
        return NoReminder.EMPTY
    if reminders.are_stopped(reminders.digest_of(cart.address)):
        return NoReminder.UNWANTED
    told = SentMail.objects.filter(kind=MailKind.CART_RECOVERY, recipient__iexact=cart.address)
    if told.filter(sent_at__gt=now - ONE_REMINDER_EVERY).exists():
        return NoReminder.REMINDED
    return NoReminder.BOUGHT if _has_bought_since(cart) else None


def _has_bought_since(cart: Cart) -> bool:
    """In another browser, say, where this cart wasn't at hand."""
    since = Order.objects.placed().filter(created_at__gte=cart.updated_at)
    return (since.filter(user=cart.user) if cart.user else since.filter(email__iexact=cart.email)).exists()


def _message(cart: Cart, contents: Contents) -> EmailMultiAlternatives:
    """The mail; mail programs show what its headers say as a button of their own (RFC 8058)."""
    no_more = f"{settings.SITE_URL}{no_reminders_path(cart.address)}"
    back = f"{settings.SITE_URL}{return_path(cart.pk)}"
    return compose(
        f"orders/emails/{MailKind.CART_RECOVERY}",
        {"cart": cart_words(contents), "url": back, "no_more_url": no_more},
        subject=_("Your cart is still here"),
        to=cart.address,
        name=f"{cart.pk.hex}.{MailKind.CART_RECOVERY}",
        headers={"List-Unsubscribe": f"<{no_more}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )
