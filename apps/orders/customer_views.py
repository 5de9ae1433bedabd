"""A customer's own orders. The page that the payment leads back to is the order's own: it waits until paid is told."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from apps.accounts.requests import UserRequest
from apps.common.access import owner, public
from apps.common.keyset import BadCursor
from apps.common.pages import partial_asked_for, render_page
from apps.orders import carts
from apps.orders.cart_contents import contents_of
from apps.orders.customer_orders import guests_order, order_of, orders_of
from apps.orders.customer_presenter import order_row, order_words
from apps.orders.guest_links import order_id_of
from apps.orders.models import Order
from apps.orders.shoppers import note_count, shopper_of


@owner
@require_safe
def orders(request: UserRequest) -> HttpResponse:
    """The person's orders, newest first."""
    try:
        page = orders_of(request.user, cursor=request.GET.get("cursor", ""))
    except BadCursor as error:
        messages.warning(request, str(error))
        return redirect("shop:orders")
    context = {
        "orders": [order_row(order) for order in page.orders],
        "next_url": f"{reverse('shop:orders')}?cursor={page.next_cursor}" if page.next_cursor else "",
    }
    return render_page(request, "shop/orders.html", context)


@owner
@never_cache
@require_safe
def order(request: UserRequest, order_id: UUID) -> HttpResponse:
    """One of the person's own orders."""
    return _order_page(request, order_of(request.user, order_id))


@public
@never_cache
@require_safe
def guest_order(request: HttpRequest, token: str) -> HttpResponse:
    """A guest's order, for whoever has the link."""
    order_id = order_id_of(token)
    return _order_page(request, guests_order(order_id) if order_id else None)


def _order_page(request: HttpRequest, found: Order | None) -> HttpResponse:
    if found is None:
        raise Http404
    # The cart was closed meanwhile, which the header that surrounds a fragment doesn't know.
    is_news = bool(found.paid_at) and note_count(request, contents_of(carts.open_cart(shopper_of(request))))
    if is_news and partial_asked_for(request):
        return HttpResponseClientRefresh()
    return render_page(request, "shop/order.html", {"order": order_words(found)})
