"""Addresses of the sandbox's own pages and of the product's doors, as another machine would name them."""

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def product(path: str) -> str:
    """A door of the product."""
    return f"{settings.SANDBOX_WEBHOOKS_TO}{path}"


def page(name: str, *args: str, seen_from: str = "") -> str:
    """A page of the sandbox, under the name that the browser knows this machine by where ``seen_from`` tells it.

    A person who opened the shop as ``localhost`` would lose the session on a page of ``127.0.0.1``.
    """
    parts = urlsplit(seen_from)
    origin = f"{parts.scheme}://{parts.netloc}" if parts.hostname in _LOOPBACK else settings.SANDBOX_ADDRESS
    return f"{origin}{reverse(f'sandbox:{name}', args=args)}"
