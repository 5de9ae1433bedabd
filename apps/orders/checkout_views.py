"""The step from the cart to the payment page."""

from typing import Final
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.common import clock
from apps.common.access import public
from apps.common.limits import Limit
from apps.common.paths import path_to
from apps.orders import carts
from apps.orders.artwork import ArtworkGone
from apps.orders.cart_contents import contents_of
from apps.orders.cart_views import cart_page
from apps.orders.carts import Shopper
from apps.orders.checkout import Addresses, CartChanged, begin_checkout
from apps.orders.providers.errors import ProviderError
from apps.orders.shop_forms import CheckoutForm
from apps.orders.shoppers import shopper_of

CHECKOUTS: Final = Limit("checkouts", times=20, seconds=600)


@public
@require_POST
def checkout(request: HttpRequest) -> HttpResponse:
    """Opens the order and goes to its payment page. Nothing is lost where that fails: the cart stays as it is."""
    shopper = shopper_of(request)
    form = CheckoutForm(request.POST, user=shopper.user)
    if not form.is_valid():
        return _again(request, shopper, form)
    if not CHECKOUTS.count(str(shopper.user.pk) if shopper.user else shopper.token):
        messages.error(request, _("That was often. Wait a few minutes and try again; your cart stays as it is."))
        return redirect("shop:cart")
    try:
        return _to_payment_page(_begun(request, shopper, form))
    except CartChanged:
        messages.warning(request, _("Something has changed since you saw the cart. Look at it and pay then."))
    except ArtworkGone:
        messages.error(request, _("One of your images is no longer kept. Remove it from the cart to go on."))
    except ProviderError:
        messages.error(
            request, _("The payment page can’t be opened at the moment. Nothing was charged; try again in a minute.")
        )
    return redirect("shop:cart")


def _begun(request: HttpRequest, shopper: Shopper, form: CheckoutForm) -> str:
    return begin_checkout(
        shopper=shopper,
        email=form.address,
        seen_total_minor=form.cleaned_data["seen_total"],
        addresses=Addresses(request.build_absolute_uri("/").rstrip("/"), path_to("shop:cart")),
        now=clock.now(),
    )


def _again(request: HttpRequest, shopper: Shopper, form: CheckoutForm) -> HttpResponse:
    return cart_page(request, contents_of(carts.open_cart(shopper)), form, status=422)


def _to_payment_page(address: str) -> HttpResponseRedirect:
    """Where the payment provider said; nothing but the web, whatever it says."""
    if urlsplit(address).scheme not in {"https", "http"}:
        raise ProviderError("The payment provider gave no address for its page.")
    return HttpResponseRedirect(address)
