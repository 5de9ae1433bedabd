"""How long a message's own words are kept: long enough to run it again, and to rebuild the log from it."""

import json
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from apps.webhooks.models import DeliveryStatus, WebhookDelivery

BATCH = 1_000


def forget_bodies(now: datetime) -> int:
    """Takes away what old messages said, but not that they came; how many. Those that failed are kept whole."""
    before = now - timedelta(days=settings.WEBHOOK_RETENTION_DAYS)
    old = WebhookDelivery.objects.with_body().filter(
        received_at__lt=before, status__in=[DeliveryStatus.PROCESSED, DeliveryStatus.IGNORED]
    )
    forgotten = 0
    while batch := list(old.values_list("pk", flat=True)[:BATCH]):
        forgotten += WebhookDelivery.objects.filter(pk__in=batch).update(body=None, headers={})
    return forgotten


@transaction.atomic
def forget_bodies_that_name(names: Collection[str]) -> int:
    """Takes away what messages said in which one of the names stands, however capitalised; how many.

    Reads all that are kept, however long that takes: it is for the erasure of a person.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(
            """UPDATE webhook_deliveries SET body = NULL, headers = '{}'
                WHERE body IS NOT NULL AND EXISTS (
                      SELECT FROM unnest(%s::text[]) AS name
                       WHERE strpos(lower(encode(body, 'escape')), name) > 0)""",
            [sorted({written for name in names for written in _written(name)})],
        )
        return int(cursor.rowcount)


def _written(name: str) -> Iterator[str]:
    """How it may stand in a message, as PostgreSQL shows bytes: as UTF-8, or as JSON may write what isn't ASCII."""
    for cased in (name.lower(), name.upper()):
        yield "".join(chr(byte) if byte < 0x80 else f"\\{byte:03o}" for byte in cased.encode()).lower()
        yield json.dumps(cased)[1:-1].replace("\\", "\\\\").lower()
