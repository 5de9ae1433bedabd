"""Mails to the customer, once more."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.common.enqueue import enqueue_after_commit
from apps.orders.emails import GIVE_UP_AFTER
from apps.orders.models import MailKind, Order
from apps.orders.models.staff_requests import RESENDING
from apps.orders.operations.fulfilment import SEND_SHIPPING_NOTICE
from apps.orders.operations.payments import SEND_CONFIRMATION
from apps.orders.operations.staff import Refused, ask, locked

_TASKS: Final = {
    MailKind.CONFIRMATION: SEND_CONFIRMATION,
    MailKind.SHIPPING_NOTICE: SEND_SHIPPING_NOTICE,
}


@transaction.atomic
def resend_mail(order_id: UUID, kind: MailKind, *, by: User, now: datetime) -> None:
    """Sends the confirmation or the shipping notice again, by a worker, also to an address that was refused before.

    The line is written when a server has accepted the mail, and says by whom it was asked for. Raises Refused where
    there is nothing to tell, while the last one is being sent, and for a minute after it was asked for.
    """
    order = locked(order_id)
    _refuse_undue(order, kind)
    ask(order, RESENDING[kind], by=by, now=now, given_up_after=GIVE_UP_AFTER)
    enqueue_after_commit(_TASKS[kind], str(order_id))


def _refuse_undue(order: Order, kind: MailKind) -> None:
    if not order.email:
        raise Refused(_("There is no e-mail address."))
    if kind == MailKind.CONFIRMATION and order.paid_at is None:
        raise Refused(_("It isn't paid."))
    if kind == MailKind.CONFIRMATION and order.cancelled_at:
        raise Refused(_("It is cancelled."))
    if kind == MailKind.SHIPPING_NOTICE and order.shipped_at is None:
        raise Refused(_("Nothing is on its way."))
