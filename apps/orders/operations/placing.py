"""Opening an order: its number, its lines as they are now, its totals. It awaits its payment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from apps.accounts.models import User
from apps.generations.models import GenerationImage
from apps.orders.models import Cart, Order, OrderLine, Variant

PREFIX = "SS"

# One row a day, locked until the order is committed: numbers are given out in order and none is left out.
_NEXT_NUMBER = """
INSERT INTO order_numbers AS number (day, last) VALUES (%(day)s, 1)
ON CONFLICT (day) DO UPDATE SET last = number.last + 1
RETURNING last
"""


class LineWish(NamedTuple):
    """So many of a variant; for a print, with which picture."""

    variant: Variant
    quantity: int
    image: GenerationImage | None = None


class Totals(NamedTuple):
    """What the customer pays, in the currency's minor unit."""

    subtotal_minor: int
    shipping_minor: int = 0
    tax_minor: int = 0

    @property
    def total_minor(self) -> int:
        return sum(self)

    def as_columns(self) -> dict[str, int]:
        return {**self._asdict(), "total_minor": self.total_minor}


@transaction.atomic
def open_order(
    *,
    email: str,
    lines: Sequence[LineWish],
    now: datetime,
    user: User | None = None,
    cart: Cart | None = None,
    shipping_address: Mapping[str, Any] | None = None,
    shipping_minor: int = 0,
    tax_minor: int = 0,
) -> Order:
    """An order of these lines at today's prices, not yet paid. Raises ValueError for no lines or mixed currencies.

    Nothing is logged: an order is placed when it is paid.
    """
    currencies = {line.variant.currency for line in lines}
    if len(currencies) != 1:
        raise ValueError("An order needs lines, all in one currency.")
    totals = Totals(sum(line.variant.price_minor * line.quantity for line in lines), shipping_minor, tax_minor)
    order = Order.objects.create(
        number=next_number(now),
        user=user,
        cart=cart,
        email=email,
        shipping_address=dict(shipping_address or {}),
        currency=currencies.pop(),
        created_at=now,
        **totals.as_columns(),
    )
    OrderLine.objects.bulk_create(_line(order, place, line) for place, line in enumerate(lines, start=1))
    return order


def record_payment_page(order_id: UUID, *, session_id: str) -> None:
    """The order is paid on this page of the payment provider's; told again, nothing changes."""
    Order.objects.filter(pk=order_id, stripe_session_id="").update(stripe_session_id=session_id)


def next_number(now: datetime) -> str:
    """The next number of the day (UTC): ``SS-261121-0042``. Call it late in a transaction: it holds up others."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_NUMBER, {"day": now.date()})
        (last,) = cursor.fetchone()
    return f"{PREFIX}-{now:%y%m%d}-{last:04}"


def _line(order: Order, position: int, line: LineWish) -> OrderLine:
    product = line.variant.product
    return OrderLine(
        order=order,
        position=position,
        variant=line.variant,
        image=line.image,
        title=product.title,
        variant_title=line.variant.title,
        sku=line.variant.sku,
        unit_price_minor=line.variant.price_minor,
        quantity=line.quantity,
        printify_product_id=product.provider_id,
        printify_variant_id=line.variant.provider_id,
    )
