"""What the print provider says of its products, in our terms.

Printify's variants are ``is_enabled`` where the shop sells them and ``is_available`` where they are in stock. A product
with a print area that has no picture yet takes the customer's.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from django.utils.html import strip_tags

MAX_TITLE: Final = 200
MAX_PICTURES: Final = 6
MAX_ADDRESS: Final = 500
_MIDDLE: Final = {"x": 0.5, "y": 0.5, "scale": 1, "angle": 0}


class VariantReport(NamedTuple):
    """A size or colour; the price is the shop's own, in its currency's minor unit."""

    provider_id: str
    sku: str
    title: str
    price_minor: int
    is_available: bool


class PictureReport(NamedTuple):
    """Where a picture is, and of which variants it is."""

    source_url: str
    variant_ids: frozenset[str]


class ProductReport(NamedTuple):
    """A product that is for sale, with what of it is."""

    provider_id: str
    title: str
    description: str
    takes_artwork: bool
    variants: tuple[VariantReport, ...]
    pictures: tuple[PictureReport, ...]


def read_product(product: Mapping[str, Any]) -> ProductReport | None:
    """A product as the provider lists it; null where it isn't shown, was deleted or has nothing for sale."""
    provider_id, title = _text(product.get("id"), 60), _text(product.get("title"), MAX_TITLE)
    variants = tuple(_variants(product))
    if not (provider_id and title and variants) or product.get("visible") is False or product.get("is_deleted"):
        return None
    return ProductReport(
        provider_id=provider_id,
        title=title,
        description=strip_tags(str(product.get("description") or "")).strip()[:4000].replace("\0", ""),
        takes_artwork=_takes_artwork(product),
        variants=variants,
        pictures=tuple(_pictures(product))[:MAX_PICTURES],
    )


class OwnPicture(NamedTuple):
    """A picture that the shop has put on a product: by id, by address where that is told, and how it lies there."""

    id: str
    address: str
    position: dict[str, Any]


class Blank(NamedTuple):
    """What a variant is made of; ``places`` are where it is printed, each with the shop's own pictures there."""

    blueprint_id: int
    print_provider_id: int
    places: Mapping[str, tuple[OwnPicture, ...]]

    @property
    def takes_artwork(self) -> bool:
        """A place is empty."""
        return any(not pictures for pictures in self.places.values())


def read_blank(product: Mapping[str, Any], variant_id: str) -> Blank:
    """The blank of a product's variant, whose print areas may differ from the other variants'."""
    return Blank(
        blueprint_id=_number(product.get("blueprint_id")),
        print_provider_id=_number(product.get("print_provider_id")),
        places={
            _text(place.get("position"), 60): tuple(map(_own_picture, _objects(place.get("images"))))
            for area in _objects(product.get("print_areas"))
            if variant_id in {str(each) for each in area.get("variant_ids") or ()}
            for place in _objects(area.get("placeholders"))
        },
    )


def _own_picture(image: Mapping[str, Any]) -> OwnPicture:
    position = {name: image.get(name, default) for name, default in _MIDDLE.items()}
    return OwnPicture(_text(image.get("id"), 60), _text(image.get("src"), MAX_ADDRESS), position)


def _variants(product: Mapping[str, Any]) -> Iterator[VariantReport]:
    for variant in _objects(product.get("variants")):
        price = variant.get("price")
        if variant.get("is_enabled") is False or not isinstance(price, int) or price <= 0:
            continue
        yield VariantReport(
            provider_id=_text(variant.get("id"), 60),
            sku=_text(variant.get("sku"), 80),
            title=_text(variant.get("title"), MAX_TITLE),
            price_minor=price,
            is_available=variant.get("is_available") is not False,
        )


def _pictures(product: Mapping[str, Any]) -> Iterator[PictureReport]:
    """The default one first."""
    pictures = sorted(_objects(product.get("images")), key=lambda picture: not picture.get("is_default"))
    for picture in pictures:
        address = str(picture.get("src") or "")
        if address and len(address) <= MAX_ADDRESS:
            yield PictureReport(address, frozenset(str(each) for each in picture.get("variant_ids") or ()))


def _takes_artwork(product: Mapping[str, Any]) -> bool:
    places = [place for area in _objects(product.get("print_areas")) for place in _objects(area.get("placeholders"))]
    return any(not place.get("images") for place in places)


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _text(value: object, longest: int) -> str:
    return str(value).replace("\0", "").strip()[:longest] if isinstance(value, str | int) else ""


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
