"""Tags of the shop's pages."""

from django import template

from apps.generations.models import GenerationImage
from apps.orders.shop_presenter import thumbnail_url

register = template.Library()


@register.filter
def image_thumbnail(image: GenerationImage) -> str:
    """The address of a small version of the person's own picture."""
    return thumbnail_url(image, None)
