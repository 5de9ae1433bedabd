"""What can be done with a cart: put in, change, take out, merge. A shopper is a person, or a guest by a secret token.

A guest's token lives in the session's data, because the session's own key changes when somebody signs in.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Least

from apps.accounts.models import User
from apps.generations.models import GenerationImage
from apps.orders.models import Cart, CartLine, Variant
from apps.orders.models.carts import MAX_QUANTITY

# More different things than anyone buys; a cart is read whole.
MAX_LINES = 50


class CartIsFull(Exception):
    """There are as many different things in the cart as it holds; nothing was put in."""


class Shopper(NamedTuple):
    """Whose cart it is: a person's, or a guest's who shows the token. One of the two is there."""

    user: User | None
    token: str = ""


class Removed(NamedTuple):
    """A line that was taken out, as it takes to put it back."""

    variant_id: UUID
    image_id: UUID | None
    quantity: int


def open_cart(shopper: Shopper) -> Cart | None:
    """The shopper's cart; null before anything was put in."""
    carts = Cart.objects.open()
    if shopper.user:
        return carts.filter(user=shopper.user).first()
    return carts.filter(user=None, session_key=shopper.token).first() if shopper.token else None


@transaction.atomic
def put_in(
    *, shopper: Shopper, variant: Variant, quantity: int, now: datetime, image: GenerationImage | None = None
) -> Cart:
    """Adds so many of a variant; of what is there already there are more then. Raises CartIsFull."""
    cart = _locked(shopper)
    _add(cart, variant_id=variant.pk, image_id=image.pk if image else None, quantity=quantity)
    _touch(cart, now)
    return cart


@transaction.atomic
def set_quantity(*, cart: Cart, line_id: UUID, quantity: int, now: datetime) -> bool:
    """Changes how many of a line; false where it isn't there any more."""
    changed = cart.lines.filter(pk=line_id).update(quantity=_at_most(quantity))
    _touch(cart, now)
    return bool(changed)


@transaction.atomic
def take_out(*, cart: Cart, line_id: UUID, now: datetime) -> Removed | None:
    """Removes a line; null where it is gone already."""
    line = cart.lines.filter(pk=line_id).first()
    if line is None:
        return None
    line.delete()
    _touch(cart, now)
    return Removed(line.variant_id, line.image_id, line.quantity)


@transaction.atomic
def put_back(*, shopper: Shopper, removed: Removed, now: datetime) -> bool:
    """Undoes a removal; false where the thing isn't sold any more, or the cart is full."""
    variant = Variant.objects.on_sale().filter(pk=removed.variant_id).first()
    image = _own_image(shopper, removed.image_id)
    if variant is None or (removed.image_id and image is None):
        return False
    try:
        put_in(shopper=shopper, variant=variant, quantity=removed.quantity, image=image, now=now)
    except CartIsFull:
        return False
    return True


@transaction.atomic
def merge_guest_cart(*, user: User, token: str, now: datetime) -> bool:
    """What somebody put aside as a guest becomes the person's, beside what they had; false where there was nothing."""
    guest = _held(Cart.objects.filter(user=None, session_key=token))
    if guest is None:
        return False
    _pour(guest, into=_locked(Shopper(user)), now=now)
    return True


@transaction.atomic
def take_along(cart: Cart, *, shopper: Shopper, now: datetime) -> bool:
    """What is in a guest's cart goes over to whoever came back to it, beside what they had; it is closed then.

    Its old browser has it no longer, nor is what was begun to be paid there gone on with: otherwise whoever types a
    stranger's address would look over their shoulder. False where it was closed meanwhile.
    """
    left = _held(Cart.objects.filter(pk=cart.pk, user=None).exclude(session_key=shopper.token))
    if left is None:
        return False
    _pour(left, into=_locked(shopper), now=now)
    return True


def cart_of_id(cart_id: UUID) -> Cart | None:
    """A cart, open or not, whosever it is."""
    return Cart.objects.filter(pk=cart_id).first()


def belongs_to(cart: Cart, shopper: Shopper) -> bool:
    """Whether it is the one that this shopper has before them."""
    if cart.user_id or shopper.user:
        return shopper.user is not None and cart.user_id == shopper.user.pk
    return bool(shopper.token) and cart.session_key == shopper.token


def _held(found: QuerySet[Cart]) -> Cart | None:
    """The open one among them, until the transaction ends."""
    return found.filter(closed_at=None).select_for_update().first()


def _pour(source: Cart, *, into: Cart, now: datetime) -> None:
    """Adds what is in one to the other and closes it, so that a second request finds nothing to merge."""
    for line in source.lines.order_by("added_at", "pk"):
        try:
            _add(into, variant_id=line.variant_id, image_id=line.image_id, quantity=line.quantity)
        except CartIsFull:
            break
    Cart.objects.filter(pk=source.pk).update(closed_at=now, merged_into=into)
    _touch(into, now)


def _locked(shopper: Shopper) -> Cart:
    """The shopper's open cart, made where there is none, held until the transaction ends."""
    owned = (
        {"user": shopper.user, "defaults": {"email": shopper.user.email}}
        if shopper.user
        else {"user": None, "session_key": shopper.token}
    )
    cart, _ = Cart.objects.get_or_create(closed_at=None, **owned)
    return Cart.objects.select_for_update().get(pk=cart.pk)


def _add(cart: Cart, *, variant_id: UUID, image_id: UUID | None, quantity: int) -> None:
    same = cart.lines.filter(variant_id=variant_id, image_id=image_id)
    if same.update(quantity=Least(F("quantity") + quantity, MAX_QUANTITY)):
        return
    if cart.lines.count() >= MAX_LINES:
        raise CartIsFull
    CartLine.objects.create(cart=cart, variant_id=variant_id, image_id=image_id, quantity=_at_most(quantity))


def _at_most(quantity: int) -> int:
    return min(max(quantity, 1), MAX_QUANTITY)


def _own_image(shopper: Shopper, image_id: UUID | None) -> GenerationImage | None:
    if shopper.user is None or image_id is None:
        return None
    return shopper.user.generation_images.kept().filter(pk=image_id).first()


def _touch(cart: Cart, now: datetime) -> None:
    """Somebody is still busy with it: it isn't left."""
    Cart.objects.filter(pk=cart.pk).update(updated_at=now)
