"""What lies in a cart at today's prices, and what of it can't be bought any more."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch

from apps.generations.models import GenerationImage
from apps.orders.models import Cart, CartLine, ProductPicture, Variant


@dataclass(frozen=True, slots=True)
class Line:
    """So many of one thing. Prices are in the currency's minor unit."""

    id: UUID
    variant: Variant
    image: GenerationImage | None
    picture: ProductPicture | None
    quantity: int
    is_sold: bool
    has_artwork: bool

    @property
    def can_be_bought(self) -> bool:
        return self.is_sold and self.has_artwork

    @property
    def total_minor(self) -> int:
        return self.variant.price_minor * self.quantity


@dataclass(frozen=True, slots=True)
class Contents:
    """A cart as it is now."""

    lines: tuple[Line, ...] = ()

    @property
    def count(self) -> int:
        """How many things, of all lines together."""
        return sum(line.quantity for line in self.lines)

    @property
    def unavailable(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if not line.can_be_bought)

    @property
    def currency(self) -> str:
        return self.lines[0].variant.currency if self.lines else settings.SHOP_CURRENCY

    @property
    def subtotal_minor(self) -> int:
        return sum(line.total_minor for line in self.lines)

    @property
    def shipping_minor(self) -> int:
        return settings.SHOP_SHIPPING_MINOR if self.lines else 0

    @property
    def total_minor(self) -> int:
        return self.subtotal_minor + self.shipping_minor


def contents_of(cart: Cart | None) -> Contents:
    """The cart's lines, oldest first; nothing for no cart. Two statements, however many lines."""
    if cart is None:
        return Contents()
    pictures = ProductPicture.objects.exclude(file="").order_by("position")
    lines = (
        cart.lines.select_related("variant__product", "image__job")
        .prefetch_related(Prefetch("variant__product__pictures", pictures))
        .order_by("added_at", "pk")
    )
    return Contents(tuple(_line(line) for line in lines))


def _line(line: CartLine) -> Line:
    variant = line.variant
    return Line(
        id=line.pk,
        variant=variant,
        image=line.image,
        picture=picture_for(variant, variant.product.pictures.all()),
        quantity=line.quantity,
        is_sold=variant.is_available and variant.archived_at is None and variant.product.archived_at is None,
        has_artwork=line.image is None or line.image.job.pruned_at is None,
    )


def picture_for(variant: Variant, pictures: Iterable[ProductPicture]) -> ProductPicture | None:
    """The picture of the variant itself, else the product's first."""
    found = list(pictures)
    return next((picture for picture in found if picture.variant_id == variant.pk), next(iter(found), None))
