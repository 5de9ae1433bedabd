"""The activity log: what happened, append-only. Only ``log`` writes it, only ``retention`` removes from it.

What must hold is held by the database (see the migration with the guards): an entry's facts never change, only its
resolution does; an open problem is never removed; and ``open_problems`` always says which problems are open, how often
each was met, and when first and last.
"""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.common.sql import ClockTimestamp, CurrentTransactionId, TransactionIdField, UuidV7
from apps.orders.models.orders import Order

MAX_EVENT_TYPE, MAX_FINGERPRINT, MAX_SOURCE_KEY = 60, 200, 200


class Level(models.TextChoices):
    INFO = "info", _("Info")
    WARNING = "warning", _("Warning")
    ERROR = "error", _("Error")


ATTENTION = (Level.WARNING, Level.ERROR)
NEEDS_ATTENTION = Q(level__in=ATTENTION, resolved_at__isnull=True)


class ResolutionKind(models.TextChoices):
    """How an entry stopped needing attention."""

    MANUAL = "manual", _("Resolved")
    RECOVERED = "recovered", _("Recovered")
    BULK = "bulk", _("Resolved together")


class ActivityEntry(models.Model):
    """One thing that happened. No foreign key is checked by the database, so that a log row can't fail a commit."""

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    event_type = models.CharField(max_length=MAX_EVENT_TYPE)
    level = models.CharField(max_length=8, choices=Level.choices)
    order = models.ForeignKey(
        Order,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="activity",
        help_text=_("Set to null by a trigger when the order is deleted."),
    )
    payload = models.JSONField(default=dict, help_text=_("The facts as they were then."))
    message = models.TextField(help_text=_("The line as it was worded when it was written."))
    occurred_at = models.DateTimeField(help_text=_("When it happened."))
    inserted_at = models.DateTimeField(db_default=ClockTimestamp(), help_text=_("When it was recorded."))
    fingerprint = models.CharField(max_length=MAX_FINGERPRINT, help_text=_("The same for repeats of one problem."))
    source_key = models.CharField(max_length=MAX_SOURCE_KEY, null=True, help_text=_("What is written once only."))
    backfilled = models.BooleanField(db_default=False, default=False)
    written_xid = TransactionIdField(editable=False, db_default=CurrentTransactionId())
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    resolution = models.CharField(max_length=12, blank=True, db_default="", choices=ResolutionKind.choices)
    resolved_in = models.ForeignKey(
        "orders.Resolution",
        null=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="entries",
    )

    class Meta:
        db_table = "activity_log"
        # Nobody writes an entry from outside the service, so there is no permission for it either.
        default_permissions = ("view",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source_key"], condition=Q(source_key__isnull=False), name="one_entry_per_source_key"
            ),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="entry_level_is_known"),
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolved_by=None, resolved_in=None, resolution="")
                | Q(
                    level__in=ATTENTION,
                    resolved_at__isnull=False,
                    resolved_in__isnull=False,
                    resolution__in=ResolutionKind.values,
                ),
                name="entry_resolution_is_whole",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["occurred_at", "id"], name="entry_by_time"),
            models.Index(fields=["inserted_at"], name="entry_by_recording"),
            models.Index(fields=["event_type", "level", "occurred_at", "id"], name="entry_by_type"),
            models.Index(
                fields=["level", "occurred_at", "id"], condition=Q(level__in=ATTENTION), name="entry_by_level"
            ),
            models.Index(fields=["order"], condition=Q(order__isnull=False), name="entry_by_order"),
            models.Index(fields=["occurred_at", "id"], condition=NEEDS_ATTENTION, name="entry_needs_attention"),
            models.Index(
                fields=["fingerprint", "occurred_at", "id"], condition=NEEDS_ATTENTION, name="entry_of_open_problem"
            ),
            models.Index(fields=["occurred_at", "id"], condition=Q(backfilled=True), name="entry_backfilled"),
            models.Index(
                fields=["fingerprint", "resolved_at"], condition=Q(resolved_at__isnull=False), name="entry_resolved"
            ),
        ]

    def __str__(self) -> str:
        return self.message


class OpenProblem(models.Model):
    """Entries that need attention and share a fingerprint, as one line. Kept by triggers, gone with its last entry."""

    fingerprint = models.CharField(primary_key=True, max_length=MAX_FINGERPRINT)
    event_type = models.CharField(max_length=MAX_EVENT_TYPE)
    level = models.CharField(max_length=8, choices=Level.choices)
    order = models.ForeignKey(
        Order, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="open_problems"
    )
    order_number = models.CharField(max_length=24, db_default="", default="")
    message = models.TextField(help_text=_("The last entry's."))
    entries = models.PositiveBigIntegerField(help_text=_("How often it was met and not resolved."))
    first_occurred_at = models.DateTimeField()
    last_occurred_at = models.DateTimeField()
    last_entry_id = models.UUIDField()
    resolved_before_at = models.DateTimeField(
        null=True, help_text=_("When an occurrence of it was last resolved: what occurred later has come back.")
    )
    resolution_before = models.CharField(max_length=12, db_default="", default="", choices=ResolutionKind.choices)

    class Meta:
        db_table = "open_problems"
        default_permissions = ("view",)
        indexes: ClassVar = [
            models.Index(fields=["last_occurred_at", "last_entry_id"], name="open_problem_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.message} ×{self.entries}"


class Resolution(models.Model):
    """One act of resolving, by a person or by the event that mended it, with exactly the entries it took; append-only
    but for its undoing."""

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    kind = models.CharField(max_length=12, choices=ResolutionKind.choices)
    entry_ids = ArrayField(models.UUIDField())
    made_at = models.DateTimeField(db_default=ClockTimestamp())
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    mended_by_id = models.UUIDField(null=True, help_text=_("The entry of the event that mended the problem."))
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        db_table = "activity_log_resolutions"
        default_permissions = ("view",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=ResolutionKind.values), name="resolution_kind_is_known"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="resolution_undoing_is_whole",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["made_at"], name="resolution_by_time")]

    def __str__(self) -> str:
        return f"{self.kind} of {len(self.entry_ids)} entries"
