"""Links in a reminder: back to the cart that was left, and to no more reminders. Both work without signing in."""

from contextlib import suppress
from typing import Final
from uuid import UUID

from django.urls import reverse

from apps.common.signed_links import SignedLinks
from apps.orders.reminders import digest_of

_CARTS: Final = SignedLinks("orders.cart")
_ADDRESSES: Final = SignedLinks("orders.reminders")


def return_path(cart_id: UUID) -> str:
    """Back to the cart, in whatever browser the mail is read."""
    return reverse("shop:return-to-cart", args=[_CARTS.token_of(cart_id.hex)])


def cart_id_of(token: str) -> UUID | None:
    """The cart that the token leads to; null for one that we didn't make."""
    with suppress(ValueError):
        return UUID(_CARTS.word_of(token) or "")
    return None


def no_reminders_path(address: str) -> str:
    """To no more reminders. The link doesn't say whose address it is."""
    return reverse("shop:no-reminders", args=[_ADDRESSES.token_of(digest_of(address))])


def address_digest_of(token: str) -> str | None:
    """The digest of the address that is reminded no more; null for a token that we didn't make."""
    return _ADDRESSES.word_of(token)
