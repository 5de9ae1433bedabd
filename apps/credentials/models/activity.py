"""The events: appended, never changed."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.common.sql import UuidV7
from apps.credentials.event_types import EventType, RecipientType, Source
from apps.credentials.models.boosts import Boost, Integration
from apps.credentials.models.issuances import ACTIVITY_ID_CHARACTERS, Issuance
from apps.credentials.models.profiles import Profile


class WhenItIsHeld(models.Func):
    """Has the trigger read the clock once it holds the issuer's; a time that is given is for events of the past."""

    template = "'infinity'::timestamptz"
    output_field = models.DateTimeField()


class CredentialActivityQuerySet(models.QuerySet["CredentialActivity"]):
    def of_issuer(self, profile: Profile) -> Self:
        return self.filter(actor=profile)

    def older_than(self, moment: datetime) -> Self:
        return self.filter(timestamp__lt=moment)

    def younger_than(self, moment: datetime) -> Self:
        return self.filter(timestamp__gt=moment)

    def with_names(self) -> Self:
        """Each with its boost and its recipient's profile, read by their ids: a join looks them up for each row."""
        return self.prefetch_related("boost", "recipient_profile")

    def newest_first(self) -> Self:
        """One issuer's, whose times never repeat."""
        return self.order_by("-timestamp")

    def last_written_first(self) -> Self:
        """Everyone's: ids keep the order in which events were written."""
        return self.order_by("-id")

    def oldest_first(self) -> Self:
        return self.order_by("timestamp")


class CredentialActivity(models.Model):
    """One event of a chain.

    Actor, activity id, boost, integration and time come from the issuance and its issuer's clock: the trigger fills
    them in, whatever is written.
    """

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    issuance = models.ForeignKey(Issuance, on_delete=models.PROTECT, related_name="events", db_index=False)
    activity_id = models.CharField(max_length=ACTIVITY_ID_CHARACTERS)
    actor = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="activities", db_index=False)
    event_type = models.CharField(max_length=9, choices=EventType.choices)
    timestamp = models.DateTimeField(
        db_default=WhenItIsHeld(), help_text=_("The database's clock, read while the issuer's was held.")
    )
    recipient_type = models.CharField(max_length=7, choices=RecipientType.choices)
    recipient_identifier = models.CharField(max_length=254)
    recipient_profile = models.ForeignKey(
        Profile, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    boost = models.ForeignKey(Boost, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    integration = models.ForeignKey(Integration, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    credential_id = models.UUIDField(null=True)
    inbox_credential_id = models.UUIDField(null=True)
    source = models.CharField(max_length=16, choices=Source.choices)
    metadata = models.JSONField(null=True)

    objects = CredentialActivityQuerySet.as_manager()

    class Meta:
        db_table = "credential_activity"
        default_permissions = ("view",)
        constraints: ClassVar = [
            # Also finds a chain, and the page of a list is one range of the other.
            models.UniqueConstraint(fields=["issuance", "event_type"], name="one_event_of_a_type_per_chain"),
            models.UniqueConstraint(fields=["actor", "timestamp"], name="one_event_at_a_time_per_issuer"),
            models.CheckConstraint(condition=Q(event_type__in=EventType.values), name="event_type_is_known"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="source_is_known"),
            models.CheckConstraint(
                condition=Q(recipient_type=RecipientType.PROFILE, recipient_profile__isnull=False)
                | Q(recipient_type__in=[RecipientType.EMAIL, RecipientType.PHONE], recipient_profile__isnull=True),
                name="recipient_fits_its_type",
            ),
            models.CheckConstraint(
                condition=~Q(event_type=EventType.FAILED) | Q(metadata__has_key="error"), name="failure_says_why"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["actor", "event_type", "timestamp"], name="activity_by_type"),
            models.Index(fields=["actor", "boost", "timestamp"], name="activity_by_boost"),
            models.Index(
                fields=["actor", "integration", "timestamp"],
                condition=Q(integration__isnull=False),
                name="activity_by_integration",
            ),
            models.Index(fields=["actor", "recipient_identifier", "timestamp"], name="activity_by_recipient"),
            models.Index(fields=["actor", "source", "timestamp"], name="activity_by_source"),
            models.Index(fields=["event_type", "id"], name="activity_of_all_by_type"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} of {self.activity_id}"
