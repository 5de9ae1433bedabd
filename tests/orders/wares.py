"""Things to buy and pictures to print: made for tests of the shop."""

from datetime import datetime
from io import BytesIO
from typing import Any, NamedTuple

from django.core.files.base import ContentFile
from PIL import Image

from apps.accounts.models import User
from apps.generations import operations, production
from apps.generations.models import GenerationImage
from apps.orders.models import Cart, CartLine, Order, Product, ProductPicture, Variant
from apps.orders.operations import LineWish
from tests.factories import on_plan, wish
from tests.orders.factories import NOON, CartFactory, ProductFactory, VariantFactory, open_order, paid_order


def poster(title: str = "A3", **changes: Any) -> Variant:
    """A poster for £26.00 that takes a picture of the customer's."""
    product = changes.pop("product", None) or ProductFactory.create(title="Poster", takes_artwork=True)
    return VariantFactory.create(**{"product": product, "title": title, "price_minor": 2600} | changes)


def picture_of(user: User) -> GenerationImage:
    """A picture that the person had made."""
    job = operations.request(user=on_plan(user), wish=wish())
    production.produce(job.pk, attempt=1)
    return job.images.get()


def bought_poster(user: User, variant: Variant) -> Order:
    """The person's paid order of one."""
    return paid_order(user=user, lines=[LineWish(variant, 1)])


class Ware(NamedTuple):
    """A product with a picture, bought once by a person and once by a guest, and left by another."""

    product: Product
    picture: ProductPicture
    order: Order
    guests_order: Order
    guests_cart: Cart


def ware_in_the_shop(*, bought_by: User) -> Ware:
    """A product that everyone sees, and its orders."""
    variant = poster()
    lines = [LineWish(variant, 1)]
    picture = pictured(variant.product)
    own, guests = open_order(user=bought_by, lines=lines), open_order(lines=lines)
    return Ware(variant.product, picture, own, guests, left_cart(variant))


def left_cart(*variants: Variant, now: datetime = NOON, email: str = "guest@example.com", **changes: Any) -> Cart:
    """A guest's cart with one of each, last touched then, whose address is known; ``user`` makes it a person's."""
    cart = CartFactory.create(email=email, updated_at=now, **changes)
    for variant in variants:
        CartLine.objects.create(cart=cart, variant=variant)
    return cart


def pictured(product: Product) -> ProductPicture:
    """A picture of the product, small and black."""
    file = BytesIO()
    Image.new("RGB", (40, 40)).save(file, "WEBP")
    picture = ProductPicture(product=product, position=0, source_url="https://images.example/1", width=40, height=40)
    picture.file.save(f"products/{product.pk}/1.webp", ContentFile(file.getvalue()))
    return picture
