"""Calls of Stripe's API through its own package, which is imported when it is first needed: it takes 0.4 s."""

from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from importlib import import_module
from typing import Any, Final, TypeVar

from django.conf import settings

from apps.common.providers import ProviderError

TIMEOUT_S: Final = 20
NETWORK_RETRIES: Final = 2
Answer = TypeVar("Answer")


def called(call: Callable[[Any], Answer]) -> Answer:
    """The answer of a call. Raises ProviderError, permanent where Stripe has understood and said no."""
    if not settings.STRIPE_SECRET_KEY:
        raise ProviderError("No STRIPE_SECRET_KEY is set.", permanent=True)
    stripe = _package()
    try:
        return call(_client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE))
    except stripe.StripeError as error:
        # 409: the same call, under the same idempotency key, is still being answered.
        transient = isinstance(error, stripe.APIConnectionError | stripe.RateLimitError) or (
            _status(error) == 409 or _status(error) >= 500
        )
        raise ProviderError(
            error.user_message or str(error),
            code=error.code or "",
            permanent=not transient,
            retry_after_s=_retry_after(error.headers),
        ) from error


@lru_cache(maxsize=1)
def _package() -> Any:
    return import_module("stripe")


@lru_cache(maxsize=4)
def _client(key: str, base: str) -> Any:
    """One client a process, so that connections are kept."""
    stripe = _package()
    return stripe.StripeClient(
        key,
        base_addresses={"api": base},
        max_network_retries=NETWORK_RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_S),
    )


def _status(error: Any) -> int:
    return int(error.http_status or 0)


def _retry_after(headers: Any) -> float | None:
    with suppress(TypeError, ValueError, AttributeError):
        return float(headers.get("Retry-After"))
    return None
