"""How each provider proves that a webhook is its own, by its documentation."""

import hmac
from base64 import b64encode
from datetime import datetime
from hashlib import sha256


def stripe_signature(body: str, *, secret: str, at: datetime) -> str:
    """``Stripe-Signature``: HMAC-SHA256 over time and body, keyed with the whole ``whsec_…``."""
    timestamp = int(at.timestamp())
    return f"t={timestamp},v1={_hex_digest(f'{timestamp}.{body}', secret)}"


def printify_signature(body: str, *, secret: str) -> str:
    """``X-Pfy-Signature``: HMAC-SHA256 over the body."""
    return f"sha256={_hex_digest(body, secret)}"


def basic_authorization(secret: str) -> str:
    """``Authorization`` of a webhook whose address carries ``user:password``, which is all that Postmark offers."""
    return f"Basic {b64encode(secret.encode()).decode()}"


def _hex_digest(message: str, secret: str) -> str:
    return hmac.new(secret.encode(), message.encode(), sha256).hexdigest()
