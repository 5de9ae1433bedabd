"""Cancelling an order, with the print provider where it may be there.

First the order is taken away from its submission, whose running step looks again before it releases a draft. Then the
provider is asked: whatever draft there is by then is found and cancelled, or it was released before, and the provider
says no. Only then is the order cancelled here.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.orders import operations
from apps.orders.models import Order, StaffAct, StaffRequest
from apps.orders.models.staff_requests import StaffOutcome
from apps.orders.operations.staff import Refused, ask, end, locked
from apps.orders.providers.errors import ProviderError
from apps.orders.providers.printify import Printify
from apps.orders.providers.reports import CANCELLED
from apps.orders.states import Status

# No call of the provider's, nor all of them together, take longer.
GIVEN_UP_AFTER: Final = timedelta(minutes=5)


class _Taken(NamedTuple):
    order: Order
    request: StaffRequest
    was_due: bool


def cancel_order(order_id: UUID, *, by: User, now: datetime, reason: str = "") -> None:
    """Cancels a paid order that isn't being made yet. Gives no money back: that is a refund.

    Raises Refused where it is too late, where the provider says no or can't be reached, and where somebody else
    cancels it at this moment; then the order goes on as before.
    """
    taken = _take(order_id, by, now, reason)
    try:
        _stop_at_provider(taken.order)
    except ProviderError as error:
        _give_back(taken)
        raise Refused(_("The provider doesn't cancel it: %(reason)s") % {"reason": error.message}) from error
    operations.cancel(order_id, at=now)


@transaction.atomic
def _take(order_id: UUID, by: User, now: datetime, reason: str) -> _Taken:
    order = locked(order_id)
    if refusal := _REFUSALS.get(Status(order.status)):
        raise Refused(str(refusal()))
    request = ask(order, StaffAct.CANCEL, by=by, now=now, given_up_after=GIVEN_UP_AFTER, reason=reason)
    return _Taken(order, request, was_due=operations.suspend_submission(order_id))


@transaction.atomic
def _give_back(taken: _Taken) -> None:
    """What was about to be submitted goes on; what waited for a person does so still."""
    if end(taken.request, StaffOutcome.REFUSED) and taken.was_due:
        operations.resume_submission(taken.order.pk)


def _stop_at_provider(order: Order) -> None:
    """Raises ProviderError. An order of which no attempt was made is nowhere."""
    if not order.printify_id and not order.submission_attempts:
        return
    with Printify.from_settings() as provider:
        made = order.printify_id or _draft_of(order, provider)
        if made:
            _cancel(made, provider)


def _draft_of(order: Order, provider: Printify) -> str:
    found = provider.find_order(external_id=str(order.pk), label=order.number)
    return found.provider_order_id if found else ""


def _cancel(made: str, provider: Printify) -> None:
    """What is cancelled there already, because an answer was lost or somebody did it there, is as good."""
    try:
        provider.cancel(made)
    except ProviderError as error:
        if not error.permanent or provider.order(made).status not in CANCELLED:
            raise


_REFUSALS: Final = {
    Status.AWAITING_PAYMENT: lambda: _("It isn't paid: there is nothing to cancel."),
    Status.EXPIRED: lambda: _("It was never paid: there is nothing to cancel."),
    Status.IN_PRODUCTION: lambda: _("It is being made and can't be cancelled any more."),
    Status.SHIPPED: lambda: _("It is on its way and can't be cancelled any more."),
    Status.DELIVERED: lambda: _("It was delivered and can't be cancelled any more."),
    Status.CANCELLED: lambda: _("It is cancelled already."),
}
