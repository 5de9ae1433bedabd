"""Stripe's webhooks: signed with the endpoint's secret, as Stripe's own package checks it.

The package takes 0.4 s to import, so that is left until the first message; pages don't need it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

from django.conf import settings

from apps.webhooks.inbox import BadSignature, Envelope
from apps.webhooks.models import WebhookDelivery
from apps.webhooks.registry import NotUnderstood

TOLERANCE_S: Final = 300


@lru_cache(maxsize=1)
def _package() -> Any:
    return import_module("stripe")


class Stripe:
    """Events as ``POST /webhooks/stripe/`` gets them; redelivered for up to three days, in no order."""

    name = "stripe"
    kept_headers: tuple[str, ...] = ("Stripe-Signature",)

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Any ``v1`` signature that fits is enough, so that secrets can be changed; none older than five minutes is."""
        stripe = _package()
        secret = settings.STRIPE_WEBHOOK_SECRET
        if not secret:
            raise BadSignature("No STRIPE_WEBHOOK_SECRET is set.")
        try:
            stripe.WebhookSignature.verify_header(body, headers.get("Stripe-Signature"), secret, TOLERANCE_S)
        except (stripe.SignatureVerificationError, ValueError) as error:
            raise BadSignature(str(error)) from None

    def envelope(self, message: Mapping[str, Any]) -> Envelope:
        return Envelope(_text(message["id"]), _text(message["type"]))


def subject(delivery: WebhookDelivery) -> tuple[Mapping[str, Any], datetime]:
    """What an event is about, and when it happened. Raises NotUnderstood where it is about nothing."""
    event = delivery.message()
    about = event["data"].get("object")
    if not isinstance(about, Mapping):
        raise NotUnderstood("the event has no object")
    return about, moment(event["created"])


def moment(seconds: object) -> datetime:
    """A time as Stripe writes it, in seconds since 1970. Raises NotUnderstood for anything else."""
    if not isinstance(seconds, int) or seconds <= 0:
        raise NotUnderstood(f"a time is {seconds!r:.40}")
    return datetime.fromtimestamp(seconds, UTC)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("no text")
    return value
