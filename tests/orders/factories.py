"""Things of the shop. Orders come from the product's own operations."""

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from apps.orders import operations
from apps.orders.models import Cart, Order, Product, Variant
from apps.orders.operations import LineWish

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class ProductFactory(DjangoModelFactory[Product]):
    class Meta:
        model = Product

    provider_id = Sequence(lambda n: f"product-{n}")
    title = "T-shirt"


class VariantFactory(DjangoModelFactory[Variant]):
    class Meta:
        model = Variant

    product = SubFactory(ProductFactory)
    provider_id = Sequence(lambda n: f"{n}")
    title = "M / Black"
    price_minor = 4_300
    currency = "GBP"


class CartFactory(DjangoModelFactory[Cart]):
    class Meta:
        model = Cart

    session_key = Sequence(lambda n: f"session-{n}")


def open_order(**wishes: Any) -> Order:
    """An order of one shirt for £43.00 that awaits its payment."""
    asked: dict[str, Any] = {"email": "customer@example.com", "now": timezone.now()}
    if "lines" not in wishes:
        asked["lines"] = [LineWish(VariantFactory.create(), 1)]
    return operations.open_order(**asked | wishes)


def paid_order(**wishes: Any) -> Order:
    """An order that was paid at noon."""
    order = open_order(**wishes)
    operations.record_payment(order.pk, at=NOON)
    order.refresh_from_db()
    return order
