"""Messages as providers sign them, put together here from their documentation and not by the code under test."""

import hmac
import json
import time
from base64 import b64encode
from hashlib import sha256
from typing import Any

STRIPE_SECRET = "whsec_for_tests"
PRINTIFY_SECRET = "printify-secret-for-tests"
MAIL_SECRET = "anymail:secret-for-tests"


def stripe_event(event_id: str = "evt_1", event_type: str = "test.happened", **event: Any) -> bytes:
    """An event; spaces and order of keys are the sender's own."""
    return json.dumps(
        {"id": event_id, "object": "event", "type": event_type, "created": 1_795_000_000, **event}
    ).encode()


def stripe_headers(body: bytes, *, secret: str = STRIPE_SECRET, age_s: int = 0) -> dict[str, str]:
    sent = int(time.time()) - age_s
    return {"Stripe-Signature": f"t={sent},v1={stripe_mac(body, sent, secret)}"}


def stripe_mac(body: bytes, sent: int, secret: str = STRIPE_SECRET) -> str:
    return hmac.new(secret.encode(), f"{sent}.".encode() + body, sha256).hexdigest()


def printify_event(event_id: str = "1", event_type: str = "test:happened", **resource: Any) -> bytes:
    return json.dumps(
        {"id": event_id, "type": event_type, "created_at": "2026-11-21 12:00:00+00:00", "resource": resource}
    ).encode()


def printify_headers(body: bytes, *, secret: str = PRINTIFY_SECRET) -> dict[str, str]:
    return {"X-Pfy-Signature": f"sha256={hmac.new(secret.encode(), body, sha256).hexdigest()}"}


def mail_headers(secret: str = MAIL_SECRET) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(secret.encode()).decode()}"}
