"""How long a message's own words are kept: long enough to run it again, and to rebuild the log from it."""

from datetime import datetime, timedelta

from django.conf import settings

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
