"""Printify's webhooks: signed with the secret that we gave when we subscribed; without one, nobody gets in."""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.conf import settings

from apps.webhooks.inbox import BadSignature, Envelope


class Printify:
    """Events as ``POST /webhooks/printify/`` gets them; tried three times, then not for an hour."""

    name = "printify"
    kept_headers: tuple[str, ...] = ("X-Pfy-Signature",)

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """``X-Pfy-Signature: sha256=<hex>`` over the raw body."""
        secret = settings.PRINTIFY_WEBHOOK_SECRET
        given = headers.get("X-Pfy-Signature", "")
        if not secret:
            raise BadSignature("No PRINTIFY_WEBHOOK_SECRET is set.")
        if not hmac.compare_digest(given.encode(), signature(body, secret).encode()):
            raise BadSignature("X-Pfy-Signature doesn't fit the body.")

    def envelope(self, message: Mapping[str, Any]) -> Envelope:
        event_id, event_type = message["id"], message["type"]
        if not isinstance(event_type, str) or not isinstance(event_id, str | int) or not str(event_id):
            raise TypeError("no id or no type")
        return Envelope(str(event_id), event_type)


def signature(body: bytes, secret: str) -> str:
    """The header's value for a body."""
    return f"sha256={hmac.new(secret.encode(), body, sha256).hexdigest()}"
