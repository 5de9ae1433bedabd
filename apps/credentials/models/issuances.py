"""An issuance: one boost to one recipient, once. Its events are its chain, and where the chain stands is kept here.

The columns below "Where its chain stands" are written by the trigger on the events alone; ``standing`` is the
issuer's word and written by ``standing``.
"""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from apps.credentials.event_types import EventType, RecipientType, Source, Standing
from apps.credentials.models.boosts import Boost, Integration
from apps.credentials.models.profiles import Profile

ACTIVITY_ID_CHARACTERS = 100
ACTIVITY_ID = rf"^[A-Za-z0-9._:~@-]{{1,{ACTIVITY_ID_CHARACTERS}}}$"  # what stands in an address as it is


class IssuanceQuerySet(models.QuerySet["Issuance"]):
    def begun(self) -> Self:
        """Those with an event; within a transaction one exists a moment before its first."""
        return self.exclude(latest_at=None)

    def with_activity_id(self, activity_id: str) -> Self:
        return self.filter(activity_id=activity_id)

    def standing_otherwise(self) -> Self:
        """Those that are revoked or suspended."""
        return self.exclude(standing=Standing.ACTIVE)

    def open(self) -> Self:
        """Those that may still be claimed."""
        return self.filter(latest_type__in=[EventType.CREATED, EventType.DELIVERED])

    def received_by(self, profile: Profile) -> Self:
        return self.filter(recipient_profile=profile)

    def later_than(self, moment: datetime) -> Self:
        """Those whose latest event is younger than the moment."""
        return self.filter(latest_at__gt=moment)

    def earlier_than(self, moment: datetime) -> Self:
        """Those whose latest event is older than the moment."""
        return self.filter(latest_at__lt=moment)

    def newest_first(self) -> Self:
        return self.order_by("-latest_at")


class Issuance(models.Model):
    """What ``activityId`` names. An issuer's activity ids are its own: two issuers may use the same."""

    id = models.BigAutoField(primary_key=True)
    issuer = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="issuances", db_index=False)
    activity_id = models.CharField(max_length=ACTIVITY_ID_CHARACTERS)
    boost = models.ForeignKey(Boost, null=True, on_delete=models.PROTECT, related_name="issuances", db_index=False)
    integration = models.ForeignKey(
        Integration, null=True, on_delete=models.PROTECT, related_name="issuances", db_index=False
    )
    title = models.CharField(max_length=200, default="", help_text="What is issued without a boost is called.")
    category = models.CharField(max_length=40, default="")
    standing = models.CharField(max_length=9, choices=Standing.choices, default=Standing.ACTIVE)

    # Where its chain stands
    recipient_type = models.CharField(max_length=7, choices=RecipientType.choices, default="", editable=False)
    recipient_identifier = models.CharField(max_length=254, default="", editable=False)
    recipient_profile = models.ForeignKey(
        Profile, null=True, on_delete=models.PROTECT, related_name="received", db_index=False, editable=False
    )
    source = models.CharField(max_length=16, choices=Source.choices, default="", editable=False)
    latest_type = models.CharField(max_length=9, choices=EventType.choices, default="", editable=False)
    latest_at = models.DateTimeField(null=True, editable=False)
    first_at = models.DateTimeField(null=True, editable=False)
    claimed_at = models.DateTimeField(null=True, editable=False)
    was_created = models.BooleanField(default=False, editable=False)
    was_delivered = models.BooleanField(default=False, editable=False)
    event_count = models.SmallIntegerField(default=0, editable=False)
    error = models.TextField(default="", editable=False)

    objects = IssuanceQuerySet.as_manager()

    class Meta:
        db_table = "credential_issuances"
        default_permissions = ("view",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "activity_id"], name="one_issuance_per_activity_id"),
            models.CheckConstraint(condition=Q(activity_id__regex=ACTIVITY_ID), name="activity_id_is_plain"),
        ]
        indexes: ClassVar = [
            # Everything that the figures ask for, so that they are counted without a look at the table.
            models.Index(
                fields=["issuer", "latest_at"],
                include=[
                    "latest_type", "standing", "boost", "integration", "was_created", "was_delivered", "event_count",
                    "first_at", "claimed_at",
                ],
                name="issuance_figures",
            ),
            models.Index(fields=["issuer", "latest_type", "latest_at"], name="issuance_by_type"),
            models.Index(fields=["issuer", "boost", "latest_at"], name="issuance_by_boost"),
            models.Index(
                fields=["issuer", "integration", "latest_at"],
                condition=Q(integration__isnull=False),
                name="issuance_by_integration",
            ),
            models.Index(fields=["issuer", "recipient_identifier", "latest_at"], name="issuance_by_recipient"),
            models.Index(fields=["issuer", "id"], name="issuance_export"),
            models.Index(
                F("recipient_profile"), F("id").desc(), condition=Q(recipient_profile__isnull=False), name="received"
            ),
            # The few that don't hold: a page of a list asks for them by number. An issuer's lie together, so that what
            # others revoke costs nothing here.
            models.Index(
                fields=["issuer", "id"],
                include=["standing"],
                condition=~Q(standing=Standing.ACTIVE),
                name="issuance_not_in_standing",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.activity_id}: {self.latest_type}"

    @property
    def is_open(self) -> bool:
        """Whether it may still be claimed, as far as its chain goes."""
        return self.latest_type in (EventType.CREATED, EventType.DELIVERED)
