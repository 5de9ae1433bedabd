"""What providers told us, whole and once: every message is stored before anything is made of it."""

import json
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.common.sql import UuidV7

MAX_EVENT_ID, MAX_EVENT_TYPE, MAX_ERROR = 200, 120, 1000


class DeliveryStatus(models.TextChoices):
    """What became of a message."""

    RECEIVED = "received", _("Waiting")
    PROCESSED = "processed", _("Processed")
    FAILED = "failed", _("Failed")
    IGNORED = "ignored", _("Not needed")


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def overdue(self) -> Self:
        """Those waiting that should have been tried by now, the longest due first."""
        return self.filter(status=DeliveryStatus.RECEIVED, due_at__lt=Now()).order_by("due_at")

    def in_order(self) -> Self:
        """As they came."""
        return self.order_by("received_at", "id")

    def with_body(self) -> Self:
        """Those that can be run again: old ones have lost what they said."""
        return self.filter(body__isnull=False)


class WebhookDelivery(models.Model):
    """One message of a provider's. ``event_id`` is the provider's own, so that what comes again is the same row.

    The body is kept as it came, for running it again, until ``retention`` takes it away.
    """

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=MAX_EVENT_ID)
    event_type = models.CharField(max_length=MAX_EVENT_TYPE, blank=True)
    body = models.BinaryField(null=True)
    headers = models.JSONField(default=dict, help_text=_("Those that say what the body is."))
    status = models.CharField(
        max_length=12,
        choices=DeliveryStatus.choices,
        default=DeliveryStatus.RECEIVED,
        db_default=DeliveryStatus.RECEIVED,
    )
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    error = models.CharField(max_length=MAX_ERROR, blank=True, db_default="")
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField(db_default=Now(), help_text=_("When it is to be tried again at the latest."))
    processed_at = models.DateTimeField(null=True, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        db_table = "webhook_deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="one_delivery_per_event"),
            models.CheckConstraint(condition=Q(status__in=DeliveryStatus.values), name="delivery_status_is_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(status="received"), name="delivery_due"),
            models.Index(fields=["received_at", "id"], condition=Q(status="failed"), name="delivery_failed"),
            models.Index(fields=["provider", "received_at", "id"], name="delivery_by_time"),
            models.Index(fields=["received_at"], condition=Q(body__isnull=False), name="delivery_with_body"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_type} {self.event_id}"

    def message(self) -> dict[str, Any]:
        """The body as JSON. Raises ValueError where it isn't an object, or is no longer there."""
        content = json.loads(bytes(self.body or b""))
        if not isinstance(content, dict):
            raise ValueError("the message isn't a JSON object")
        return content


class EventReading(models.Model):
    """Up to when a provider's list of events was read, to find those of which its webhooks never came."""

    provider = models.CharField(max_length=20, primary_key=True)
    read_until = models.DateTimeField()

    class Meta:
        db_table = "webhook_event_readings"

    def __str__(self) -> str:
        return f"{self.provider} until {self.read_until}"
