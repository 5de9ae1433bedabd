"""Orders and webhooks as the print provider's API gives them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from apps.sandbox.printify.catalogue import PRINT_PROVIDER, Product, Variant, price_minor, variant_id

Body = dict[str, Any]

# How the provider says that something hasn't happened.
NEVER: Final = "1970-01-01 00:00:00+00:00"
SHIPPING_MINOR: Final = 450


def moment_text(moment: datetime) -> str:
    """``2017-04-18 13:24:28+00:00``."""
    return f"{moment:%Y-%m-%d %H:%M:%S}+00:00"


def line_json(product: Product, variant: Variant, *, quantity: int, country: str) -> Body:
    """One line of an order."""
    number = variant_id(product, variant)
    return {
        "product_id": product.id,
        "quantity": quantity,
        "variant_id": number,
        "print_provider_id": PRINT_PROVIDER,
        "cost": variant.cost_minor * quantity,
        "shipping_cost": SHIPPING_MINOR,
        "status": "pending",
        "metadata": {
            "title": product.title,
            "price": price_minor(product, variant),
            "variant_label": variant.title,
            "sku": f"{product.picture.upper()}-{number}",
            "country": country,
        },
        "sent_to_production_at": NEVER,
        "fulfilled_at": NEVER,
    }


def order_json(*, id: str, given: Body, lines: list[Body], shop_id: int, now: datetime) -> Body:
    """A draft."""
    return {
        "id": id,
        "app_order_id": f"{shop_id}.{id[:6]}",
        "external_id": given["external_id"],
        "label": given.get("label", given["external_id"]),
        "address_to": given["address_to"],
        "line_items": lines,
        "metadata": {
            "order_type": "api",
            "shop_order_id": given["external_id"],
            "shop_order_label": given.get("label", given["external_id"]),
            "shop_fulfilled_at": NEVER,
        },
        "total_price": sum(line["cost"] for line in lines),
        "total_shipping": SHIPPING_MINOR,
        "total_tax": 0,
        "status": "pending",
        "shipping_method": given.get("shipping_method", 1),
        "is_printify_express": False,
        "is_economy_shipping": False,
        "shipments": [],
        "created_at": moment_text(now),
        "sent_to_production_at": NEVER,
        "fulfilled_at": NEVER,
        "printify_connect": None,
    }


def event_json(topic: str, *, kind: str, subject: str, told: Body, now: datetime) -> Body:
    """What is posted about an order, a product or the shop; its id is what redelivery repeats."""
    return {
        "id": str(uuid4()),
        "type": topic,
        "created_at": moment_text(now),
        "resource": {"id": subject, "type": kind, "data": told},
    }


def page_json(path: str, entries: Iterable[Body], *, page: int, limit: int, total: int) -> Body:
    """A page of a list."""
    data = list(entries)
    last = max(1, -(-total // limit))
    first_number = (page - 1) * limit + 1
    return {
        "current_page": page,
        "data": data,
        "first_page_url": f"{path}?page=1",
        "from": first_number if data else None,
        "last_page": last,
        "last_page_url": f"{path}?page={last}",
        "next_page_url": f"{path}?page={page + 1}" if page < last else None,
        "path": path,
        "per_page": limit,
        "prev_page_url": f"{path}?page={page - 1}" if page > 1 else None,
        "to": first_number + len(data) - 1 if data else None,
        "total": total,
    }
