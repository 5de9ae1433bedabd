"""Usage analytics through PostHog: never a source of truth, never a cost to the request, silent without a key."""

import os
from functools import cache
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from posthog import Posthog

log = structlog.get_logger(__name__)


def capture(person: UUID, event: str, properties: dict[str, Any]) -> None:
    """Notes the event for the person's opaque id. Queued and sent by a thread of its own; what fails is dropped."""
    if not settings.POSTHOG_API_KEY:
        return
    try:
        _client(os.getpid()).capture(event, distinct_id=str(person), properties=properties)
    except Exception:  # the boundary of analytics: nothing of it may reach the page
        log.warning("analytics event dropped", analytics_event=event, exc_info=True)


def flush() -> None:
    """Sends what is queued; for a process that ends."""
    if settings.POSTHOG_API_KEY and _client.cache_info().currsize:
        _client(os.getpid()).shutdown()


@cache
def _client(_process: int) -> Posthog:
    """One client a process: its sending thread doesn't survive a fork."""
    return Posthog(
        settings.POSTHOG_API_KEY,
        host=settings.POSTHOG_HOST,
        timeout=3,
        max_retries=1,
        disable_geoip=True,
        enable_exception_autocapture=False,
    )
