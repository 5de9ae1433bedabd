"""What the staff do with an order by hand, from its page. Each is safe to press twice, and writes its line."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.models import User
from apps.accounts.requests import UserRequest
from apps.common.access import staff
from apps.orders import desk
from apps.orders.customer_orders import whole_order
from apps.orders.desk import Refused
from apps.orders.models import Order
from apps.orders.staff.acts import MAILS, Act, CancelForm, RefundForm
from apps.orders.staff.answers import answer
from apps.orders.staff.order_views import page_of
from apps.orders.staff.permissions import REFUND_ORDERS, WORK_ORDERS
from apps.orders.staff.said import Said


@staff(WORK_ORDERS)
@require_POST
def act(request: UserRequest, order_id: UUID, name: str) -> HttpResponse:
    """What takes nothing but a press of a button."""
    if name not in Act:
        raise Http404
    found = _found(order_id)
    try:
        words = _do(Act(name), found, request.user)
    except Refused as refusal:
        words = str(refusal)
    return answer(request, Said(words))


@staff(WORK_ORDERS)
@require_POST
def cancel(request: UserRequest, order_id: UUID) -> HttpResponse:
    """Cancels the order, with the print provider where it is there."""
    found, form = _found(order_id), CancelForm(request.POST)
    if not form.is_valid():
        return page_of(request, found, cancelling=form)
    try:
        desk.cancel_order(found.pk, by=request.user, now=timezone.now(), reason=form.cleaned_data["reason"])
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The order is cancelled. No money was given back."))
    return redirect("staff:order", order_id)


@staff(REFUND_ORDERS)
@require_POST
def refund(request: UserRequest, order_id: UUID) -> HttpResponse:
    """Gives money back through the payment provider."""
    found = _found(order_id)
    form = RefundForm(request.POST, order=found)
    if not form.is_valid():
        return page_of(request, found, refunding=form)
    asked = form.cleaned_data
    try:
        taken = desk.refund_order(
            found.pk,
            by=request.user,
            key=asked["key"],
            now=timezone.now(),
            amount_minor=asked["amount"],
            reason=asked["reason"],
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _taken() if taken else _not_reached())
    return redirect("staff:order", order_id)


def _taken() -> str:
    return _("The refund is on its way.")


def _not_reached() -> str:
    return _("Stripe can’t be reached at the moment. The refund is noted and repeated until Stripe answers.")


def _do(wanted: Act, order: Order, by: User) -> str:
    if wanted is Act.RETRY:
        desk.retry_submission(order.pk, by=by)
        return _("Submitting again. The story tells how it goes.")
    desk.resend_mail(order.pk, MAILS[wanted], by=by, now=timezone.now())
    return _("On its way to %s again.") % order.email


def _found(order_id: UUID) -> Order:
    found = whole_order(order_id)
    if found is None:
        raise Http404
    return found
