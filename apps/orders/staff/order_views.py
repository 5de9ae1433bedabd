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
from apps.orders.staff.acts import CancelForm, RefundForm, offer_for
from apps.orders.staff.asked import address
from apps.orders.staff.order_forms import CommentForm, OrderQuery
from apps.orders.staff.order_list import Position
from apps.orders.staff.order_presenter import order_page, order_row
from apps.orders.staff.permissions import REFUND_ORDERS, SEE_ORDERS, WORK_ORDERS
from apps.orders.staff.said import take_said
from apps.orders.staff.story_presenter import story

LIVE, TEMPLATE = "order-live", "orders/staff/order.html"
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
    return page_of(request, _found(order_id))


@staff(WORK_ORDERS)
@require_POST
def comment(request: UserRequest, order_id: UUID) -> HttpResponse:
    """Adds a comment to the order's story, once however often the form is sent."""
    found, form = _found(order_id), CommentForm(request.POST)
    if not form.is_valid():
        return page_of(request, found, commenting=form)
    operations.add_note(found, by=request.user, **form.cleaned_data)
    messages.success(request, _("Comment added."))
    return redirect(f"{reverse('staff:order', args=[order_id])}#activity")


def page_of(
    request: UserRequest,
    found: Order,
    *,
    commenting: CommentForm | None = None,
    cancelling: CancelForm | None = None,
    refunding: RefundForm | None = None,
) -> HttpResponse:
    """The order's page, with a form that was refused and what is wrong with it."""
    context = _live(request, found)
    if partial_asked_for(request) == LIVE:
        is_news = request.GET.get("version") != context["version"]
        return render_page(request, TEMPLATE, context) if is_news else HttpResponse(status=204)
    refused = commenting or cancelling or refunding
    context |= {
        "comment": commenting or CommentForm(),
        "cancelling": cancelling or CancelForm(),
        "refunding": refunding or RefundForm(order=found),
        "may_refund": request.user.has_perm(REFUND_ORDERS),
        "said": take_said(request),
    }
    return render_page(request, TEMPLATE, context, status=422 if refused else 200)


def _live(request: UserRequest, found: Order) -> dict[str, Any]:
    """What changes by itself, and a version that says whether it has."""
    now, offer = timezone.now(), offer_for(found)
    requests = list(found.staff_requests.open().select_related("asked_by"))
    told = story(feed.list_for_order(found), now, offer)
    return {
        "order_id": found.pk,
        "order": order_page(found, offer, requests, now),
        "story": told,
        "version": f"{told.version}-{found.status}-{len(requests)}-{len(offer.acts)}",
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
