"""What mail providers tell of mails that were sent, through anymail: it knows how each of them signs and speaks.

A request carries a batch of events. Each is stored as a message of its own, in anymail's common words, so that one that
surprises doesn't cost the others.
"""

import json
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from typing import Any, Final

import structlog
from django.conf import settings
from django.http import HttpRequest

from apps.webhooks import inbox
from apps.webhooks.inbox import BadSignature, Envelope

PROVIDER: Final = "email"
log = structlog.get_logger(__name__)

_FACTS: Final = (
    "event_type", "message_id", "event_id", "recipient", "reject_reason", "description", "mta_response", "tags",
    "metadata",
)  # fmt: skip


class UnknownProvider(Exception):
    """Anymail doesn't know a mail provider by that name."""


@lru_cache(maxsize=1)
def _views() -> dict[str, Any]:
    """Anymail's views for tracking, by the provider's name in the address."""
    patterns = import_module("anymail.urls").urlpatterns
    tracking = (pattern for pattern in patterns if str(pattern.pattern).endswith("/tracking/"))
    return {str(pattern.pattern).removesuffix("/tracking/"): pattern.callback.view_class for pattern in tracking}


def receive(esp: str, request: HttpRequest) -> None:
    """Stores the request's events, each once. Raises UnknownProvider or BadSignature."""
    view = _verified(esp, request)
    try:
        messages = [(_envelope(esp, event), _packed(esp, event)) for event in view.parse_events(request)]
    except Exception:  # the boundary to what a provider may send: kept as it is, for a person
        log.exception("mail provider's message can't be read", esp=esp)
        messages = [(Envelope(f"{esp}:sha256:{sha256(request.body).hexdigest()}", ""), request.body)]
    for envelope, body in messages:
        inbox.store(provider=PROVIDER, envelope=envelope, body=body, headers={})


def _verified(esp: str, request: HttpRequest) -> Any:
    """Anymail's view for the provider, once it has found the request to be the provider's."""
    if esp not in _views():
        raise UnknownProvider(esp)
    if not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise BadSignature("No ANYMAIL_WEBHOOK_SECRET is set.")
    validation_failure = import_module("anymail.exceptions").AnymailWebhookValidationFailure
    view = _views()[esp]()
    try:
        view.run_validators(request)
    except validation_failure as error:
        raise BadSignature(str(error)) from None
    return view


def _envelope(esp: str, event: Any) -> Envelope:
    """Brevo and Mailjet give no id: then the event is what it says."""
    if event.event_id:
        return Envelope(f"{esp}:{event.event_id}:{event.recipient}", event.event_type)
    said = (esp, event.message_id, event.recipient, event.event_type, event.timestamp)
    return Envelope(f"{esp}:sha256:{sha256(repr(said).encode()).hexdigest()}", event.event_type)


def _packed(esp: str, event: Any) -> bytes:
    facts = {name: getattr(event, name) for name in _FACTS}
    timestamp = event.timestamp.isoformat() if event.timestamp else None
    return json.dumps({"esp": esp, "timestamp": timestamp, **facts}, default=str).encode()
