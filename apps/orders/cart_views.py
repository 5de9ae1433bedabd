"""The cart: what is in it, how many, and what was taken out by mistake."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.common import clock
from apps.common.access import public
from apps.common.pages import render_page
from apps.orders import carts
from apps.orders.cart_contents import Contents, contents_of
from apps.orders.models import Cart
from apps.orders.shop_forms import CheckoutForm, QuantityForm
from apps.orders.shop_presenter import cart_words
from apps.orders.shoppers import forget_removed, note_count, note_removed, removed_title, shopper_of


@public
@require_safe
def cart(request: HttpRequest) -> HttpResponse:
    """What is in the cart, at today's prices."""
    shopper = shopper_of(request)
    return cart_page(request, contents_of(carts.open_cart(shopper)), CheckoutForm(user=shopper.user))


@public
@require_POST
def change(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Changes how many of a line."""
    found = carts.open_cart(shopper_of(request))
    form = QuantityForm(request.POST)
    if found and form.is_valid():
        carts.set_quantity(cart=found, line_id=line_id, quantity=form.cleaned_data["quantity"], now=clock.now())
        _note(request, found)
    elif found:
        messages.error(request, _("From 1 to 99 of a thing can be ordered at once."))
    return redirect("shop:cart")


@public
@require_POST
def remove(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Takes a line out; it can be put back at once."""
    found = carts.open_cart(shopper_of(request))
    line = next((line for line in contents_of(found).lines if line.id == line_id), None)
    if found and line and (removed := carts.take_out(cart=found, line_id=line_id, now=clock.now())):
        _note(request, found)
        note_removed(request, removed, f"{line.variant.product.title}, {line.variant.title}")
    return redirect("shop:cart")


@public
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Puts back what was taken out last."""
    shopper = shopper_of(request)
    removed = forget_removed(request)
    if removed and not carts.put_back(shopper=shopper, removed=removed, now=clock.now()):
        messages.error(request, _("That can’t be put back: it is no longer available."))
    return redirect("shop:cart")


def cart_page(request: HttpRequest, contents: Contents, form: CheckoutForm, *, status: int = 200) -> HttpResponse:
    """The cart's page, with the form that leads to the payment."""
    note_count(request, contents)
    context = {"cart": cart_words(contents), "form": form, "removed": removed_title(request)}
    return render_page(request, "shop/cart.html", context, status=status)


def _note(request: HttpRequest, found: Cart) -> None:
    forget_removed(request)
    note_count(request, contents_of(found))
