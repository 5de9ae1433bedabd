"""Where a reminder's links lead: back to the cart, and to no more reminders.

Neither does anything when it is merely opened, since mail programs open links before their readers do.
"""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from apps.common import clock
from apps.common.access import public
from apps.common.pages import render_page
from apps.common.paths import path_to
from apps.orders import carts, reminders
from apps.orders.cart_contents import contents_of
from apps.orders.cart_links import address_digest_of, cart_id_of
from apps.orders.models import Cart
from apps.orders.shop_presenter import cart_words
from apps.orders.shoppers import buyer_of, shopper_of


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def return_to_cart(request: HttpRequest, token: str) -> HttpResponse:
    """A guest's cart can be taken along into this browser; a person's is theirs once they have signed in."""
    cart_id = cart_id_of(token)
    cart = carts.cart_of_id(cart_id) if cart_id else None
    if cart is None:
        raise Http404
    if cart.closed_at or carts.belongs_to(cart, shopper_of(request)):
        return _to_their_cart(request, cart)
    if cart.user_id:
        return _to_its_person(request)
    if request.method == "POST":
        carts.take_along(cart, shopper=buyer_of(request), now=clock.now())
        return redirect("shop:cart")
    return render_page(request, "shop/return_to_cart.html", {"cart": cart_words(contents_of(cart))})


# The mail program's own button posts here, without the reader's cookies: whoever has the link may stop reminders.
@csrf_exempt
@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def no_reminders(request: HttpRequest, token: str) -> HttpResponse:
    """Stops reminders to the address that the link was sent to, or has them go on.

    Answered by the page itself: mail programs don't follow where a post leads.
    """
    address_digest = address_digest_of(token)
    if address_digest is None:
        raise Http404
    if request.method == "POST":
        change = reminders.resume if request.POST.get("act") == "resume" else reminders.stop
        change(address_digest)
    return render_page(request, "shop/no_reminders.html", {"are_stopped": reminders.are_stopped(address_digest)})


def _to_their_cart(request: HttpRequest, cart: Cart) -> HttpResponse:
    if cart.closed_at and not cart.merged_into_id:
        messages.info(request, _("What was in that cart has been ordered."))
    return redirect("shop:cart")


def _to_its_person(request: HttpRequest) -> HttpResponse:
    """Signed in as somebody else, it is nobody's business."""
    if request.user.is_authenticated:
        raise Http404
    return redirect_to_login(path_to("shop:cart"))
