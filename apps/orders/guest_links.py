"""Links by which a guest comes back to an order without signing in."""

from contextlib import suppress
from typing import Final
from uuid import UUID

from django.urls import reverse

from apps.common.signed_links import SignedLinks
from apps.orders.models import Order

_ORDERS: Final = SignedLinks("orders.guest")


def order_path(order: Order) -> str:
    """The path of a customer's own page of the order: a person signs in there, a guest shows the signature."""
    if order.user_id:
        return reverse("shop:order", args=[order.pk])
    return reverse("shop:guest-order", args=[token_of(order.pk)])


def token_of(order_id: UUID) -> str:
    """What opens the order."""
    return _ORDERS.token_of(order_id.hex)


def order_id_of(token: str) -> UUID | None:
    """The order that the token opens; null for one that we didn't make."""
    with suppress(ValueError):
        return UUID(_ORDERS.word_of(token) or "")
    return None
