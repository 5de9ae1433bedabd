"""From a cart to the payment page: opens the order and asks the payment provider for the page where it is paid.

Pressed twice, or come back to, a cart that hasn't changed leads to the same order and the same page; one that has
changed gets a new order, and the page of the old one is closed. The cart stays as it is until the payment is told.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

import structlog
from django.db import transaction

from apps.orders import operations
from apps.orders.artwork import keep_artwork
from apps.orders.cart_contents import Contents, contents_of
from apps.orders.carts import Shopper, open_cart
from apps.orders.guest_links import order_path
from apps.orders.models import Cart, Order
from apps.orders.operations import LineWish
from apps.orders.providers import stripe
from apps.orders.providers.errors import ProviderError
from apps.orders.states import Status

log = structlog.get_logger(__name__)

# A payment page lives for a day, and its idempotency key as long; near the end a new order is the better one.
SAME_ORDER_FOR: Final = timedelta(hours=20)


class CartChanged(Exception):
    """Nothing was opened, because the cart isn't what was seen: empty, more expensive, or in part sold out."""


class Addresses(NamedTuple):
    """Where the payment page leads to, as the browser names this site: ``https://shop.example``."""

    origin: str
    cart_path: str


def begin_checkout(
    *, shopper: Shopper, email: str, seen_total_minor: int | None, addresses: Addresses, now: datetime
) -> str:
    """The address of the payment page. Raises CartChanged, ArtworkGone, ProviderError; the cart is intact then."""
    order, outdated = _opened(shopper, email, seen_total_minor, now)
    keep_artwork(order)
    session = stripe.create_checkout_session(
        order,
        success_url=f"{addresses.origin}{order_path(order)}",
        cancel_url=f"{addresses.origin}{addresses.cart_path}",
    )
    operations.record_payment_page(order.pk, session_id=session.id)
    for other in outdated:
        _close_page(other)
    return session.url


@transaction.atomic
def _opened(shopper: Shopper, email: str, seen_total_minor: int | None, now: datetime) -> tuple[Order, list[Order]]:
    """The order for the cart as it is, and those for what it was. The cart's row is the queue of whoever presses."""
    cart = _locked(shopper)
    contents = contents_of(cart)
    if cart is None or not contents.lines or contents.unavailable or seen_total_minor != contents.total_minor:
        raise CartChanged
    Cart.objects.filter(pk=cart.pk).update(email=email, checkout_started_at=now, updated_at=now)
    waiting = list(cart.orders.filter(status=Status.AWAITING_PAYMENT).prefetch_related("lines").order_by("-created_at"))
    same = next((order for order in waiting if _is_for(order, contents, email, now)), None)
    order = same or _open(shopper, cart, contents, email, now)
    return order, [each for each in waiting if each != order and each.stripe_session_id]


def _locked(shopper: Shopper) -> Cart | None:
    cart = open_cart(shopper)
    return Cart.objects.open().select_for_update().filter(pk=cart.pk).first() if cart else None


def _open(shopper: Shopper, cart: Cart, contents: Contents, email: str, now: datetime) -> Order:
    return operations.open_order(
        email=email,
        user=shopper.user,
        cart=cart,
        lines=[LineWish(line.variant, line.quantity, line.image) for line in contents.lines],
        shipping_minor=contents.shipping_minor,
        now=now,
    )


def _is_for(order: Order, contents: Contents, email: str, now: datetime) -> bool:
    """Whether the order is for exactly this, to be paid by the same page."""
    ordered = sorted(
        (str(line.variant_id), str(line.image_id), line.quantity, line.unit_price_minor) for line in order.lines.all()
    )
    wanted = sorted(
        (str(line.variant.pk), str(line.image.pk if line.image else None), line.quantity, line.variant.price_minor)
        for line in contents.lines
    )
    is_fresh = order.created_at > now - SAME_ORDER_FOR
    return is_fresh and order.email == email and order.total_minor == contents.total_minor and ordered == wanted


def _close_page(order: Order) -> None:
    """Best effort: a page that was paid meanwhile, or has ended, can't be closed, and is told of by its own message."""
    try:
        stripe.expire_checkout_session(order.stripe_session_id)
    except ProviderError as error:
        log.info("payment page not closed", order=order.number, error=error.message)
