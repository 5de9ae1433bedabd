"""The provider that the settings choose."""

from functools import cache
from importlib import import_module

from django.conf import settings

from apps.generations.providers.base import Provider
from apps.generations.providers.sketch import SketchProvider


@cache
def provider() -> Provider:
    """One provider a process."""
    return {"sketch": _sketch, "openai": _openai}[settings.IMAGE_PROVIDER]()


def _sketch() -> Provider:
    return SketchProvider(delay_s=settings.SKETCH_DELAY_MS / 1000, fail=settings.SKETCH_FAIL or None)


def _openai() -> Provider:
    """Loaded only here: its client is an optional package, and takes seconds to import."""
    module = import_module("apps.generations.providers.openai.provider")
    made: Provider = module.OpenAIProvider(
        api_key=settings.OPENAI_API_KEY,
        base_url=settings.OPENAI_BASE_URL,
        model=settings.OPENAI_IMAGE_MODEL,
        timeout_s=settings.OPENAI_TIMEOUT_SECONDS,
        result_hosts=settings.OPENAI_RESULT_HOSTS,
    )
    return made
