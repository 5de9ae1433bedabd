"""The products that the print provider has for the shop: on two pages, as its API lists them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from django.db.models import F

from apps.sandbox.addresses import page
from apps.sandbox.models import Knob

PRINT_PROVIDER: Final = 27
RISING: Final = 3
RISE_MINOR: Final = 50
_RISES: Final = "price_rises"
_GONE: Final = "deleted:"
_MADE_AT: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Variant:
    """One size or colour; amounts in the shop currency's minor units."""

    title: str
    price_minor: int
    cost_minor: int
    is_available: bool = True


@dataclass(frozen=True, slots=True)
class Product:
    """One thing that can be printed on; ``picture`` names the drawing of it."""

    title: str
    description: str
    tags: tuple[str, ...]
    picture: str
    option: str
    blueprint: int
    variants: tuple[Variant, ...]

    @property
    def id(self) -> str:
        """24 hexadecimal digits that stay the same."""
        return sha256(self.title.encode()).hexdigest()[:24]


PRODUCTS: Final = (
    Product(
        "Framed print",
        "Museum paper behind acrylic glass, in an oak frame, ready to hang.",
        ("Prints", "Framed", "Wall art"),
        "framed",
        "Size",
        492,
        (Variant("8″ × 10″", 4300, 1910), Variant("12″ × 16″", 5900, 2740), Variant("18″ × 24″", 8900, 4320)),
    ),
    Product(
        "Fine art print",
        "Matte cotton paper of 310 g/m², printed with pigment inks, with a white border.",
        ("Prints", "Wall art"),
        "print",
        "Size",
        804,
        (Variant("A4", 1800, 720), Variant("A3", 2600, 1040), Variant("A2", 3800, 1690)),
    ),
    Product(
        "Poster",
        "Satin paper of 200 g/m², edge to edge.",
        ("Posters", "Wall art"),
        "poster",
        "Size",
        282,
        (Variant("12″ × 18″", 1400, 560), Variant("18″ × 24″", 1900, 810), Variant("24″ × 36″", 2700, 1230)),
    ),
    Product(
        "Canvas",
        "Stretched over a 3 cm frame of pine, the edges mirrored.",
        ("Canvas", "Wall art"),
        "canvas",
        "Size",
        937,
        (Variant("10″ × 10″", 3200, 1480), Variant("16″ × 16″", 4800, 2260), Variant("24″ × 24″", 7400, 3590)),
    ),
    Product(
        "Mug",
        "White ceramic, for dishwasher and microwave.",
        ("Mugs", "Kitchen"),
        "mug",
        "Size",
        478,
        (Variant("11 oz", 1300, 520), Variant("15 oz", 1500, 640)),
    ),
    Product(
        "Postcards",
        "Ten of one motif on heavy card, the backs blank.",
        ("Cards", "Stationery"),
        "postcards",
        "Set",
        1112,
        (Variant("10 pieces", 1200, 430), Variant("30 pieces", 2400, 990)),
    ),
    Product(
        "Tote bag",
        "Heavy cotton with long handles.",
        ("Bags", "Accessories"),
        "tote",
        "Colour",
        553,
        (Variant("Natural", 1900, 880), Variant("Black", 1900, 880, is_available=False)),
    ),
    Product(
        "T-shirt",
        "Organic cotton, straight cut.",
        ("T-shirts", "Clothing"),
        "shirt",
        "Size",
        6,
        (Variant("S White", 2400, 1090), Variant("M White", 2400, 1090), Variant("M Black", 2400, 1090)),
    ),
)
PICTURES: Final = frozenset(product.picture for product in PRODUCTS)


def on_offer() -> tuple[Product, ...]:
    """The products that weren't deleted."""
    gone = set(Knob.objects.filter(name__startswith=_GONE, value__gt=0).values_list("name", flat=True))
    return tuple(product for product in PRODUCTS if _GONE + product.id not in gone)


def delete(product_id: str) -> None:
    """A product is gone, as if somebody had deleted it at the provider."""
    Knob.objects.update_or_create(name=_GONE + product_id, defaults={"value": 1})


def restore() -> None:
    """All products are there again."""
    Knob.objects.filter(name__startswith=_GONE).delete()


def raise_prices() -> None:
    """The first products cost more from now on, as the next sync will find."""
    Knob.objects.get_or_create(name=_RISES, defaults={"value": 0})
    Knob.objects.filter(name=_RISES).update(value=F("value") + 1)


def price_minor(product: Product, variant: Variant) -> int:
    """What a variant costs now."""
    rises = Knob.objects.filter(name=_RISES).values_list("value", flat=True).first() or 0
    return variant.price_minor + (rises * RISE_MINOR if product in PRODUCTS[:RISING] else 0)


def variant_id(product: Product, variant: Variant) -> int:
    """A number that stays the same."""
    return product.blueprint * 100 + product.variants.index(variant) + 1


def find(product_id: str, number: int) -> tuple[Product, Variant] | None:
    """A product and its variant, if there are such."""
    for product in on_offer():
        for variant in product.variants:
            if product.id == product_id and variant_id(product, variant) == number:
                return product, variant
    return None


def find_blank(blueprint: int, number: int) -> tuple[Product, Variant] | None:
    """What a product is made of is there, also where the product was deleted."""
    for product in PRODUCTS:
        for variant in product.variants:
            if product.blueprint == blueprint and variant_id(product, variant) == number:
                return product, variant
    return None


def product_json(product: Product, *, shop_id: int) -> dict[str, Any]:
    """A product as the API gives it."""
    numbers = [variant_id(product, variant) for variant in product.variants]
    made_at = f"{_MADE_AT:%Y-%m-%d %H:%M:%S}+00:00"
    return {
        "id": product.id,
        "title": product.title,
        "description": product.description,
        "safety_information": "",
        "tags": list(product.tags),
        "options": [_option(product, numbers)],
        "variants": [_variant(product, variant) for variant in product.variants],
        "images": [_image(product, numbers)],
        "created_at": made_at,
        "updated_at": made_at,
        "visible": True,
        "is_locked": False,
        "is_printify_express_eligible": False,
        "is_printify_express_enabled": False,
        "is_economy_shipping_eligible": False,
        "is_economy_shipping_enabled": False,
        "is_deleted": False,
        "blueprint_id": product.blueprint,
        "user_id": 1,
        "shop_id": shop_id,
        "print_provider_id": PRINT_PROVIDER,
        "print_areas": [{"variant_ids": numbers, "placeholders": [{"position": "front", "images": []}]}],
        "print_details": [],
        "sales_channel_properties": [],
        "views": [],
    }


def _option(product: Product, numbers: list[int]) -> dict[str, Any]:
    values = [{"id": number, "title": variant.title} for number, variant in zip(numbers, product.variants, strict=True)]
    return {"name": product.option, "type": product.option.lower(), "display_in_preview": True, "values": values}


def _variant(product: Product, variant: Variant) -> dict[str, Any]:
    number = variant_id(product, variant)
    return {
        "id": number,
        "sku": f"{product.picture.upper()}-{number}",
        "cost": variant.cost_minor,
        "price": price_minor(product, variant),
        "title": variant.title,
        "grams": 300,
        "is_enabled": True,
        "is_default": variant is product.variants[0],
        "is_available": variant.is_available,
        "is_printify_express_eligible": False,
        "options": [number],
        "quantity": 1,
    }


def _image(product: Product, numbers: list[int]) -> dict[str, Any]:
    return {
        "src": page("printify-picture", product.picture),
        "variant_ids": numbers,
        "position": "front",
        "is_default": True,
        "is_selected_for_publishing": True,
        "order": None,
    }
