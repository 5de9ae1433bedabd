"""Links by which a guest comes back to an order without signing in. Nobody can make one without the server's key."""

from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from apps.orders.models import Order

# Its own salt, so that nothing else that is signed here opens an order.
_signer = Signer(salt="orders.guest")


def order_path(order: Order) -> str:
    """The path of a customer's own page of the order: a person signs in there, a guest shows the signature."""
    if order.user_id:
        return reverse("shop:order", args=[order.pk])
    return reverse("shop:guest-order", args=[token_of(order.pk)])


def token_of(order_id: UUID) -> str:
    """What opens the order: always the same, so that links in mails go on working."""
    return _signer.sign(order_id.hex).replace(":", ".")


def order_id_of(token: str) -> UUID | None:
    """The order that the token opens; null for one that we didn't make."""
    hexadecimal, _, signature = token.partition(".")
    try:
        return UUID(_signer.unsign(f"{hexadecimal}:{signature}"))
    except (BadSignature, ValueError):
        return None
