"""Addresses of pages without arguments, looked up once: the navigation names eight of them on every page."""

from functools import lru_cache

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse


def path_to(name: str) -> str:
    """The path of the page called ``name``. Raises NoReverseMatch where there is none."""
    return _reversed(name, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())


@lru_cache(maxsize=256)
def _reversed(name: str, urlconf: str, prefix: str) -> str:
    return reverse(name, urlconf)
