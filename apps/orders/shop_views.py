"""The shop: what can be bought, and one product."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.models import User
from apps.common import clock
from apps.common.access import public
from apps.common.pages import render_page
from apps.orders import carts, catalogue
from apps.orders.cart_contents import contents_of
from apps.orders.models import Product
from apps.orders.shop_forms import ChoiceForm
from apps.orders.shop_presenter import product_words
from apps.orders.shoppers import buyer_of, forget_removed, note_count

PRODUCT = "shop/product.html"


@public
@require_safe
def shop(request: HttpRequest) -> HttpResponse:
    """What can be bought; with ``?image=`` for one of the person's own pictures."""
    asked = _asked_image(request)
    artwork = catalogue.artwork_of(_user(request), asked) if asked else catalogue.Artwork()
    if asked and artwork.chosen is None:
        messages.warning(request, _("That image can’t be printed: it isn’t yours, or it is no longer kept."))
        return redirect("shop:list")
    context = {"products": catalogue.products_on_sale(), "image": artwork.chosen}
    return render_page(request, "shop/list.html", context)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def product(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """One product; sent, what was chosen goes into the cart."""
    found = catalogue.product_page(product_id)
    if found is None:
        raise Http404
    form = ChoiceForm(request.POST or None, product=found, user=_user(request))
    if request.method == "POST" and form.is_valid() and _put_in(request, form):
        messages.success(request, _("%s is in your cart.") % found.title)
        return redirect("shop:cart")
    return _product_page(request, found, form)


@public
@require_safe
def picture(request: HttpRequest, picture_id: int) -> HttpResponseBase:
    """A product's picture. One that changes gets another address, so this one may be kept for good."""
    found = catalogue.stored_picture(picture_id)
    if found is None:
        raise Http404
    try:
        file = found.file.open()
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, content_type="image/webp")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _product_page(request: HttpRequest, found: Product, form: ChoiceForm) -> HttpResponse:
    artwork = catalogue.artwork_of(_user(request) if found.takes_artwork else None, _asked_image(request))
    words = product_words(found, artwork, variant_id=_asked_variant(request))
    context = {"product": words, "form": form}
    return render_page(request, PRODUCT, context, status=422 if form.is_bound else 200)


def _put_in(request: HttpRequest, form: ChoiceForm) -> bool:
    chosen = form.cleaned_data
    try:
        cart = carts.put_in(
            shopper=buyer_of(request),
            variant=chosen["variant"],
            quantity=chosen["quantity"],
            image=chosen["image"],
            now=clock.now(),
        )
    except carts.CartIsFull:
        form.add_error(None, _("Your cart is full. Check out first, or take something out."))
        return False
    forget_removed(request)
    note_count(request, contents_of(cart))
    return True


def _user(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


def _asked_image(request: HttpRequest) -> UUID | None:
    """The picture that the address or the form names; nonsense names none."""
    return read_uuid(request.POST.get("image") or request.GET.get("image", ""))


def _asked_variant(request: HttpRequest) -> UUID | None:
    return read_uuid(request.POST.get("variant") or request.GET.get("variant", ""))


def read_uuid(text: str) -> UUID | None:
    """The UUID; null for what isn't one."""
    try:
        return UUID(text)
    except ValueError:
        return None
