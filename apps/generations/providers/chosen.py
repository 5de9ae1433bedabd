"""The provider that the settings choose."""

from functools import cache

from django.conf import settings

from apps.generations.providers.base import Provider
from apps.generations.providers.sketch import SketchProvider


@cache
def provider() -> Provider:
    """One provider a process."""
    return SketchProvider(delay_s=settings.SKETCH_DELAY_MS / 1000)
