"""Which app makes what of which message. Apps above register here, so that the inbox needs to know none of them."""

from collections.abc import Callable
from typing import Final

from apps.webhooks.models import WebhookDelivery

# Makes of a message what it means, within the transaction that marks it processed; false where it isn't its own.
Handler = Callable[[WebhookDelivery], bool]
Listener = Callable[[WebhookDelivery], None]

_handlers: Final[dict[tuple[str, str], list[Handler]]] = {}
_on_failure: Final[list[Listener]] = []
_on_recovery: Final[list[Listener]] = []


class NotUnderstood(Exception):
    """The message says something that nobody foresaw; its text says what. A person has to look."""


class NotYet(Exception):
    """What the message is about isn't there yet: try again later."""


def handles(provider: str, *event_types: str) -> Callable[[Handler], Handler]:
    """Registers a handler for messages of these types. Several apps may handle one type, each its own messages."""

    def register(handler: Handler) -> Handler:
        for event_type in event_types:
            _handlers.setdefault((provider, event_type), []).append(handler)
        return handler

    return register


def handlers_of(provider: str, event_type: str) -> tuple[Handler, ...]:
    return tuple(_handlers.get((provider, event_type), ()))


def types_of(provider: str) -> list[str]:
    """The types of messages of a provider that somebody handles."""
    return sorted(event_type for source, event_type in _handlers if source == provider)


def on_failure(listener: Listener) -> Listener:
    """Registers who is told that a message couldn't be handled and waits for a person."""
    _on_failure.append(listener)
    return listener


def on_recovery(listener: Listener) -> Listener:
    """Registers who is told that a message was handled that couldn't be before."""
    _on_recovery.append(listener)
    return listener


def tell_failure(delivery: WebhookDelivery) -> None:
    for listener in _on_failure:
        listener(delivery)


def tell_recovery(delivery: WebhookDelivery) -> None:
    for listener in _on_recovery:
        listener(delivery)
