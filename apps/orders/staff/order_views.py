"""The staff's pages about orders: the list, and one with its story."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.requests import UserRequest
from apps.common.access import staff
from apps.common.keyset import BadCursor
from apps.common.pages import partial_asked_for, render_page
from apps.common.staff_pages import StaffPage, register
from apps.orders import feed, operations
from apps.orders.customer_orders import whole_order
from apps.orders.models import Order
from apps.orders.staff import order_list
from apps.orders.staff.asked import address
from apps.orders.staff.order_forms import CommentForm, OrderQuery
from apps.orders.staff.order_list import Position
from apps.orders.staff.order_presenter import order_page, order_row
from apps.orders.staff.permissions import SEE_ORDERS, WORK_ORDERS
from apps.orders.staff.said import take_said
from apps.orders.staff.story_presenter import story

LIVE = "order-live"
ORDERS = register(
    StaffPage(
        name="staff:orders",
        title=gettext_lazy("Orders"),
        about=gettext_lazy("What customers bought, how far each order has come, and its whole story."),
        icon="package",
        permission=SEE_ORDERS,
        place=20,
    )
)


@staff(ORDERS.permission)
@require_safe
def orders(request: UserRequest) -> HttpResponse:
    """The orders that the filters leave, newest first."""
    asked = OrderQuery(request.GET, request.user.zone)
    page = order_list.order_page(asked.filters, _after(request, asked))
    if page.cut:
        asked.notices.append(
            _("More addresses begin like that. These are the orders of the first %d.") % order_list.MOST_ADDRESSES
        )
    context = {
        "rows": [order_row(order, page.open_problems, request.user.zone) for order in page.orders],
        "next_url": _next_url(asked, page),
        "filters": asked.form,
        "notices": asked.notices,
        "is_narrowed": bool(asked.applied),
    }
    return render_page(request, "orders/staff/list.html", context)


@staff(SEE_ORDERS)
@never_cache
@require_safe
def order(request: UserRequest, order_id: UUID) -> HttpResponse:
    """One order, whole. The part that changes is asked for again while it is in progress; 204 where nothing has."""
    context = _context(request, _found(order_id))
    if partial_asked_for(request) == LIVE and request.GET.get("version") == context["version"]:
        return HttpResponse(status=204)
    context |= {"comment": CommentForm(), "said": None if partial_asked_for(request) else take_said(request)}
    return render_page(request, "orders/staff/order.html", context)


@staff(WORK_ORDERS)
@require_POST
def comment(request: UserRequest, order_id: UUID) -> HttpResponse:
    """Adds a comment to the order's story, once however often the form is sent."""
    found, form = _found(order_id), CommentForm(request.POST)
    if not form.is_valid():
        return render_page(request, "orders/staff/order.html", _context(request, found) | {"comment": form}, status=422)
    operations.add_note(found, by=request.user, **form.cleaned_data)
    messages.success(request, _("Comment added."))
    return redirect(f"{reverse('staff:order', args=[order_id])}#activity")


def _context(request: UserRequest, found: Order) -> dict[str, Any]:
    now = timezone.now()
    page, told = order_page(found, now), story(feed.list_for_order(found), now)
    return {
        "order_id": found.pk,
        "order": page,
        "story": told,
        "version": f"{told.version}-{found.status}",
        "delayed": feed.count_delayed(),
        "may_work": request.user.has_perm(WORK_ORDERS),
    }


def _found(order_id: UUID) -> Order:
    found = whole_order(order_id)
    if found is None:
        raise Http404
    return found


def _after(request: UserRequest, asked: OrderQuery) -> Position | None:
    """Where the page begins; at the beginning, with a notice, where the address can't be used."""
    cursor = request.GET.get("cursor")
    try:
        return order_list.decode(cursor, asked.filters) if cursor else None
    except BadCursor as error:
        asked.notices.append(str(error))
        return None


def _next_url(asked: OrderQuery, page: order_list.OrderPage) -> str:
    if page.next is None:
        return ""
    return address(reverse("staff:orders"), asked.applied, cursor=order_list.encode(page.next, asked.filters))
