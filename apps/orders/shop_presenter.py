"""Makes ready words of products and carts."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.common.words import money
from apps.generations.models import GenerationImage
from apps.orders.cart_contents import Contents, Line
from apps.orders.catalogue import Artwork
from apps.orders.models import Product, ProductPicture, Variant


@dataclass(frozen=True, slots=True)
class Picture:
    url: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A variant or a picture that can be chosen; ``note`` says why it can't."""

    value: str
    label: str
    price: str = ""
    note: str = ""
    thumbnail_url: str = ""
    is_chosen: bool = False

    @property
    def is_closed(self) -> bool:
        return bool(self.note)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductWords:
    """One product with what can be chosen. ``preview_url`` is the picture of the person's own that was chosen."""

    url: str
    title: str
    description: str
    price: str
    pictures: tuple[Picture, ...]
    variants: tuple[Choice, ...]
    takes_artwork: bool
    artwork: tuple[Choice, ...]
    preview_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWords:
    """A line of the cart; ``trouble`` says why it can't be bought."""

    id: UUID
    url: str
    title: str
    detail: str
    thumbnail_url: str
    price: str
    total: str
    quantity: int
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CartWords:
    lines: tuple[LineWords, ...]
    subtotal: str
    shipping: str
    total: str
    total_minor: int
    can_be_bought: bool


def product_words(product: Product, artwork: Artwork, *, variant_id: UUID | None) -> ProductWords:
    """The product's page. Where no variant was asked for, the first that can be bought is chosen."""
    variants = list(product.variants.all())
    chosen = next((each for each in variants if each.pk == variant_id and each.is_available), None)
    chosen = chosen or next((each for each in variants if each.is_available), None)
    cheapest = min(each.price_minor for each in variants if each.is_available)
    return ProductWords(
        url=reverse("shop:product", args=[product.pk]),
        title=product.title,
        description=product.description,
        price=_from(cheapest, variants),
        pictures=tuple(product_picture(each, product.title) for each in product.pictures.all()),
        variants=tuple(_variant(each, is_chosen=each == chosen) for each in variants),
        takes_artwork=product.takes_artwork,
        artwork=tuple(_artwork(artwork)),
        preview_url=image_url(artwork.chosen) if artwork.chosen else "",
    )


def cart_words(contents: Contents) -> CartWords:
    """The cart, with its total."""
    currency = contents.currency
    shipping = money(contents.shipping_minor, currency) if contents.shipping_minor else _("Included")
    return CartWords(
        lines=tuple(_line(line) for line in contents.lines),
        subtotal=money(contents.subtotal_minor, currency),
        shipping=shipping,
        total=money(contents.total_minor, currency),
        total_minor=contents.total_minor,
        can_be_bought=not contents.unavailable,
    )


def product_picture(picture: ProductPicture, title: str) -> Picture:
    """A picture of a product."""
    return Picture(reverse("shop:picture", args=[picture.pk]), title, picture.width, picture.height)


def image_url(image: GenerationImage) -> str:
    """The person's own picture, whole."""
    return reverse("generations:image", args=[image.job_id, image.position])


def thumbnail_url(image: GenerationImage | None, picture: ProductPicture | None) -> str:
    """What a line looks like: the picture that is printed on it, else the product's."""
    if image:
        return reverse("generations:image-thumbnail", args=[image.job_id, image.position])
    return reverse("shop:picture", args=[picture.pk]) if picture else ""


def _from(cheapest: int, variants: list[Variant]) -> str:
    price = money(cheapest, variants[0].currency)
    return _("From %s") % price if len({each.price_minor for each in variants}) > 1 else price


def _variant(variant: Variant, *, is_chosen: bool) -> Choice:
    return Choice(
        value=str(variant.pk),
        label=variant.title,
        price=money(variant.price_minor, variant.currency),
        note="" if variant.is_available else _("Sold out"),
        is_chosen=is_chosen,
    )


def _artwork(artwork: Artwork) -> Iterator[Choice]:
    yield Choice("", _("As pictured"), is_chosen=artwork.chosen is None)
    for number, image in enumerate(artwork.offered, start=1):
        yield Choice(
            str(image.pk),
            _("Your image %d") % number,
            thumbnail_url=thumbnail_url(image, None),
            is_chosen=image == artwork.chosen,
        )


def _line(line: Line) -> LineWords:
    variant = line.variant
    product_url = reverse("shop:product", args=[variant.product_id])
    return LineWords(
        id=line.id,
        url=product_url if variant.product.archived_at is None else "",
        title=variant.product.title,
        detail=_("%s, with your image") % variant.title if line.image else variant.title,
        thumbnail_url=thumbnail_url(line.image if line.has_artwork else None, line.picture),
        price=money(variant.price_minor, variant.currency),
        total=money(line.total_minor, variant.currency),
        quantity=line.quantity,
        trouble=_trouble(line),
    )


def _trouble(line: Line) -> str:
    if not line.is_sold:
        return _("No longer available. Remove it to go on.")
    if not line.has_artwork:
        return _("The image is no longer kept, so it can’t be printed. Remove it to go on.")
    return ""
