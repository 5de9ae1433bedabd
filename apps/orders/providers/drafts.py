"""An order as Printify takes it: whose its lines are, where it goes."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol


class Line(Protocol):
    """One line of a draft."""

    def as_json(self) -> dict[str, Any]:
        """As the API takes it."""


class LineItem(NamedTuple):
    """So many of a product's variant, as the shop has designed it, by the provider's ids."""

    product_id: str
    variant_id: str
    quantity: int

    def as_json(self) -> dict[str, Any]:
        return {"product_id": self.product_id, "variant_id": _number(self.variant_id), "quantity": self.quantity}


class PrintedItem(NamedTuple):
    """So many of a blank variant, printed with these pictures: by place, an address or several with their positions."""

    blueprint_id: int
    print_provider_id: int
    variant_id: str
    quantity: int
    print_areas: Mapping[str, str | list[dict[str, Any]]]

    def as_json(self) -> dict[str, Any]:
        return {
            "blueprint_id": self.blueprint_id,
            "print_provider_id": self.print_provider_id,
            "variant_id": _number(self.variant_id),
            "print_areas": dict(self.print_areas),
            "quantity": self.quantity,
        }


class Draft(NamedTuple):
    """An order to be; ``external_id`` is our id of it, ``label`` what people call it."""

    external_id: str
    label: str
    line_items: Sequence[Line]
    address_to: Mapping[str, str]
    shipping_method: int = 1  # 1 standard, 2 priority, 3 express, 4 economy

    def as_json(self) -> dict[str, Any]:
        return {
            "external_id": self.external_id,
            "label": self.label,
            "line_items": [each.as_json() for each in self.line_items],
            "shipping_method": self.shipping_method,
            "send_shipping_notification": False,
            "address_to": dict(self.address_to),
        }


def _number(variant_id: str) -> int | str:
    """Printify's are numbers."""
    return int(variant_id) if variant_id.isdigit() else variant_id
