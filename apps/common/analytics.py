"""Usage analytics through PostHog: never a source of truth, never a cost to the request, silent without a key."""

import os
from threading import Lock
from typing import Any, Final
from uuid import UUID

import structlog
from celery.signals import worker_process_shutdown
from django.conf import settings
from posthog import Posthog

log = structlog.get_logger(__name__)

# How long a process that ends waits for PostHog at most.
FLUSH_SECONDS: Final = 3.0

_REQUEST_SECONDS = 3
_clients: dict[tuple[int, str, str], Posthog] = {}
_making = Lock()


def capture(person: UUID, event: str, properties: dict[str, Any]) -> None:
    """Notes the event for the person's opaque id. Queued and sent by a thread of its own; what fails is dropped."""
    if not settings.POSTHOG_API_KEY:
        return
    try:
        _client().capture(event, distinct_id=str(person), properties=properties)
    except Exception:  # the boundary of analytics: nothing of it may reach the page
        log.warning("analytics event dropped", analytics_event=event, exc_info=True)


def flush() -> None:
    """Sends what this process has queued, within ``FLUSH_SECONDS``.

    A process that exits as Python does needs no call: PostHog's client does the same for a second. A server's hook
    that gives it longer, or a process that ends without that, calls it.
    """
    for (process, _key, _host), client in list(_clients.items()):
        if process == os.getpid():
            client.flush(FLUSH_SECONDS)


@worker_process_shutdown.connect  # type: ignore[untyped-decorator]  # Celery has no types
def _flush_in_worker(**_: Any) -> None:
    """Celery's pool processes end without what Python does at exit."""
    flush()


def _client() -> Posthog:
    """The process's client: its sending thread doesn't survive a fork."""
    key = (os.getpid(), settings.POSTHOG_API_KEY, settings.POSTHOG_HOST)
    with _making:
        if key not in _clients:
            _clients[key] = _make()
        return _clients[key]


def _make() -> Posthog:
    return Posthog(
        settings.POSTHOG_API_KEY,
        host=settings.POSTHOG_HOST,
        timeout=_REQUEST_SECONDS,
        max_retries=1,
        gzip=True,
        disable_geoip=True,
        enable_exception_autocapture=False,
    )
