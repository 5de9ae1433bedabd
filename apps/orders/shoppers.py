"""Who is shopping in this browser: the person who is signed in, or a guest whom the session remembers."""

from secrets import token_urlsafe
from typing import Final
from uuid import UUID

from django.http import HttpRequest

from apps.common import clock
from apps.orders import carts
from apps.orders.cart_contents import Contents
from apps.orders.carts import Removed, Shopper

_TOKEN: Final = "cart"  # noqa: S105  # the name of the session's entry
# Also read by the page's header, which so costs no query.
_COUNT: Final = "cart_count"
_REMOVED: Final = "cart_removed"


def shopper_of(request: HttpRequest) -> Shopper:
    """The shopper. What somebody put aside as a guest is merged at the first look at the cart after signing in."""
    token = str(request.session.get(_TOKEN, ""))
    if not request.user.is_authenticated:
        return Shopper(None, token)
    if token:
        carts.merge_guest_cart(user=request.user, token=token, now=clock.now())
        del request.session[_TOKEN]
    return Shopper(request.user)


def buyer_of(request: HttpRequest) -> Shopper:
    """The shopper, who is about to put something in: a guest gets a token."""
    shopper = shopper_of(request)
    if shopper.user or shopper.token:
        return shopper
    request.session[_TOKEN] = token = token_urlsafe(24)
    return Shopper(None, token)


def note_count(request: HttpRequest, contents: Contents) -> bool:
    """Keeps how many things are in the cart, for the header of every page; whether that was news."""
    is_news = bool(request.session.get(_COUNT, 0) != contents.count)
    if is_news:
        request.session[_COUNT] = contents.count
    return is_news


def note_removed(request: HttpRequest, removed: Removed, title: str) -> None:
    """Keeps what was taken out last, until it is put back or something else happens to the cart."""
    request.session[_REMOVED] = {
        "variant": str(removed.variant_id),
        "image": str(removed.image_id or ""),
        "quantity": removed.quantity,
        "title": title,
    }


def removed_title(request: HttpRequest) -> str:
    """What was taken out last; empty for nothing."""
    return str(request.session.get(_REMOVED, {}).get("title", ""))


def forget_removed(request: HttpRequest) -> Removed | None:
    """What was taken out last, which is no longer offered to be put back."""
    kept = request.session.pop(_REMOVED, None)
    if not kept:
        return None
    image = UUID(kept["image"]) if kept["image"] else None
    return Removed(UUID(kept["variant"]), image, int(kept["quantity"]))
