"""Takes a message in: checks who sent it, stores it once, and has it processed when that is committed."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from django.db import connection, transaction

from apps.common.enqueue import enqueue_after_commit
from apps.common.metrics import WEBHOOKS_RECEIVED
from apps.webhooks import registry
from apps.webhooks.models import MAX_EVENT_ID, MAX_EVENT_TYPE, DeliveryStatus

PROCESS = "webhooks.process"
MAX_BODY_BYTES = 1_000_000

# A unique constraint decides about duplicates. The sweep looks after what isn't processed within a minute.
_STORE = """
INSERT INTO webhook_deliveries (provider, event_id, event_type, body, headers, status, due_at)
VALUES (%(provider)s, %(event_id)s, %(event_type)s, %(body)s, %(headers)s::jsonb, %(status)s,
        now() + interval '1 minute')
ON CONFLICT (provider, event_id) DO NOTHING
RETURNING id
"""


class BadSignature(Exception):
    """Nobody knows who sent it. Nothing was stored."""


class Envelope(NamedTuple):
    """What a message says about itself."""

    event_id: str
    event_type: str


class Source(Protocol):
    """A provider that sends webhooks."""

    name: str
    kept_headers: tuple[str, ...]

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Raises BadSignature unless the provider signed exactly these bytes."""

    def envelope(self, message: Mapping[str, Any]) -> Envelope:
        """The message's own id and type. Raises LookupError or TypeError where it has none."""


def receive(source: Source, body: bytes, headers: Mapping[str, str]) -> UUID | None:
    """Stores a message that the source has signed; its id, or None where it was here before. Raises BadSignature."""
    source.verify(body, headers)
    return store(
        provider=source.name,
        envelope=_envelope(source, body),
        body=body,
        headers={name: headers[name] for name in source.kept_headers if name in headers},
    )


@transaction.atomic
def store(*, provider: str, envelope: Envelope, body: bytes, headers: Mapping[str, str]) -> UUID | None:
    """Stores a message once and has it processed, or puts it aside where nobody handles its type."""
    wanted = not envelope.event_type or bool(registry.handlers_of(provider, envelope.event_type))
    params: dict[str, Any] = {
        "provider": provider,
        "event_id": envelope.event_id[:MAX_EVENT_ID],
        "event_type": envelope.event_type[:MAX_EVENT_TYPE],
        "body": body,
        "headers": json.dumps(dict(headers)),
        "status": DeliveryStatus.RECEIVED if wanted else DeliveryStatus.IGNORED,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STORE, params)
        row: tuple[UUID] | None = cursor.fetchone()
    WEBHOOKS_RECEIVED.labels(provider, "stored" if row else "duplicate").inc()
    if row and wanted:
        enqueue_after_commit(PROCESS, str(row[0]))
    return row[0] if row else None


def _envelope(source: Source, body: bytes) -> Envelope:
    """What the message says about itself; where it doesn't, its own hash, and no type: a person will look."""
    try:
        envelope = source.envelope(json.loads(body))
    except (ValueError, LookupError, TypeError, RecursionError):
        return Envelope(f"sha256:{sha256(body).hexdigest()}", "")
    return Envelope(*(_storable(part) for part in envelope))


def _storable(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode()
