"""Giving money back through the payment provider: asked for once however often it is pressed, and until it answers.

Stripe makes one refund of one idempotency key, which is the id of the request. While it can't be reached, the request
stays open and is repeated; the money that went back is told by its webhook, and at once where its answer says so.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.common.words import money
from apps.orders import operations
from apps.orders.log import log_event
from apps.orders.models import Order, StaffAct, StaffRequest
from apps.orders.models.staff_requests import StaffOutcome
from apps.orders.operations.facts import source_key
from apps.orders.operations.staff import Refused, ask, end, locked
from apps.orders.providers import stripe
from apps.orders.providers.errors import ProviderError
from apps.orders.providers.stripe import RefundRequest

# Stripe knows a key for a day; then the same one would be another refund.
GIVEN_UP_AFTER: Final = timedelta(hours=20)
REPEATED_AFTER: Final = timedelta(minutes=2)
BATCH: Final = 50


def refund_order(
    order_id: UUID, *, by: User, key: UUID, now: datetime, amount_minor: int | None = None, reason: str = ""
) -> bool:
    """Gives back an amount in the order's minor unit, or all that is left; ``key`` names the asking, as a form's does.

    True when Stripe has taken it; false while Stripe can't be reached: it is repeated until that answers. Raises
    Refused where it was asked for before, is more than is left, or Stripe says no.
    """
    request = _asked(order_id, by=by, key=key, now=now, amount_minor=amount_minor, reason=reason)
    return _settle(request, now)


def settle_refunds(now: datetime) -> int:
    """Repeats what Stripe hasn't answered; returns how many refunds. A no is logged then, for nobody waits for it."""
    waiting = StaffRequest.objects.waiting(
        StaffAct.REFUND, since=now - timedelta(days=365), until=now - REPEATED_AFTER
    ).select_related("order", "asked_by")
    requests = list(waiting[:BATCH])
    for request in requests:
        try:
            _repeat(request, now)
        except Refused as refusal:
            _tell_failure(request, str(refusal), now)
    return len(requests)


@transaction.atomic
def _asked(
    order_id: UUID, *, by: User, key: UUID, now: datetime, amount_minor: int | None, reason: str
) -> StaffRequest:
    order = locked(order_id)
    if StaffRequest.objects.filter(pk=key).exists():
        raise Refused(_("This refund was asked for already."))
    left = order.total_minor - order.refunded_minor
    amount = left if amount_minor is None else amount_minor
    _refuse(order, amount, left)
    return ask(
        order, StaffAct.REFUND, by=by, now=now, given_up_after=GIVEN_UP_AFTER, reason=reason, id=key,
        amount_minor=amount,
    )  # fmt: skip


def _refuse(order: Order, amount: int, left: int) -> None:
    if order.paid_at is None:
        raise Refused(_("It isn't paid."))
    if not order.stripe_payment_intent_id:
        raise Refused(_("It wasn't paid through Stripe."))
    if left <= 0:
        raise Refused(_("Everything was given back already."))
    if not 0 < amount <= left:
        raise Refused(_("Between nothing and %(left)s can be given back.") % {"left": money(left, order.currency)})


def _repeat(request: StaffRequest, now: datetime) -> None:
    if request.asked_at < now - GIVEN_UP_AFTER:
        end(request, StaffOutcome.REFUSED)
        raise Refused(_("Stripe couldn't be reached. Look there before you ask for it again."))
    _settle(request, now)


def _settle(request: StaffRequest, now: datetime) -> bool:
    try:
        made = stripe.refund(request.order, amount_minor=request.amount_minor, key=request.pk)
    except ProviderError as error:
        if not error.permanent:
            return False
        end(request, StaffOutcome.REFUSED)
        raise Refused(_("Stripe doesn't refund it: %(reason)s") % {"reason": error.message}) from error
    _note(request, made, now)
    return True


@transaction.atomic
def _note(request: StaffRequest, made: RefundRequest, now: datetime) -> None:
    """The line of who asked, and of the money where Stripe's answer tells of it; its webhook then adds nothing."""
    if not end(request, StaffOutcome.DONE):
        return
    order, amount = request.order, request.amount_minor or 0
    log_event(
        "order.refund_requested",
        order=order,
        payload={"amount_minor": amount, "currency": order.currency, "refund_id": made.id} | request.signature(),
        occurred_at=request.asked_at,
        source_key=source_key(order.pk, "order.refund_requested", request.pk),
    )
    if made.refunded_minor:
        before = made.refunded_minor - amount
        operations.record_refund(order.pk, total_minor=made.refunded_minor, before_minor=before, at=now)


def _tell_failure(request: StaffRequest, reason: str, now: datetime) -> None:
    operations.record_refund_failure(
        request.order_id, amount_minor=request.amount_minor or 0, reason=reason, at=now, refund_id=str(request.pk)
    )
