"""The lines of an order as the print provider takes them: its own products, and those with a customer's picture.

A product that takes a picture is a blank there. Its line names what the blank is made of, and for the places on it the
address of what is printed: the customer's picture at the first that has none, the shop's own where it has put one. The
picture is given to the provider first, once a line, because ours are private.
"""

from typing import Any

from django.utils.translation import gettext as _

from apps.orders.artwork import ArtworkGone, keep_artwork, printable
from apps.orders.models import Order, OrderLine
from apps.orders.providers.drafts import Line, LineItem, PrintedItem
from apps.orders.providers.errors import ProviderError
from apps.orders.providers.printify import Printify
from apps.orders.providers.products import Blank

# The middle of the place, as wide as it is.
_CENTRED: dict[str, Any] = {"x": 0.5, "y": 0.5, "scale": 1, "angle": 0}


def print_lines(order: Order, provider: Printify) -> list[Line]:
    """The lines, every picture with the provider. Raises ProviderError, also where a picture's file is lost."""
    try:
        keep_artwork(order)
        return [_line(each, provider) for each in order.lines.order_by("position")]
    except ArtworkGone as error:
        raise ProviderError(_("The picture that is to be printed is lost."), code="artwork", permanent=True) from error


def _line(line: OrderLine, provider: Printify) -> Line:
    if not line.artwork:
        return LineItem(line.printify_product_id, line.printify_variant_id, line.quantity)
    blank = provider.blank(line.printify_product_id, line.printify_variant_id)
    if not blank.takes_artwork:
        raise ProviderError(_("The product has no place for a picture any more."), code="artwork", permanent=True)
    return PrintedItem(
        blank.blueprint_id,
        blank.print_provider_id,
        line.printify_variant_id,
        line.quantity,
        _areas(blank, line.artwork_url or _given(line, provider), provider),
    )


def _given(line: OrderLine, provider: Printify) -> str:
    """Where the provider has the line's picture, now that it was given to it. Lost half-way, it is given again."""
    name, contents = printable(line)
    url = provider.upload(name, contents)
    OrderLine.objects.filter(pk=line.pk).update(artwork_url=url)
    return url


def _areas(blank: Blank, url: str, provider: Printify) -> dict[str, str | list[dict[str, Any]]]:
    """Beside the shop's own pictures, which have positions, the customer's needs one too."""
    place = next(place for place, pictures in blank.places.items() if not pictures)
    designed = {
        name: [{"src": own.address or provider.uploaded(own.id), **own.position} for own in pictures]
        for name, pictures in blank.places.items()
        if pictures
    }
    return {**designed, place: [{"src": url, **_CENTRED}]} if designed else {place: url}
