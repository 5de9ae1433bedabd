"""Generation jobs: what was asked for, how it stands, and how the timeline tells it. Only ``operations`` writes."""

from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Case, Expression, F, Q, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from apps.common.identifiers import first_uuid_v7_at
from apps.common.keyset import after
from apps.common.sql import CurrentTransactionId, TransactionIdField, UuidV7
from apps.generations.models.characters import Character
from apps.generations.models.prompts import Prompt
from apps.generations.states import FINAL, IN_FLIGHT, Status


class JobKind(models.IntegerChoices):
    """How the timeline tells a job; credit transactions have the kinds 4 to 7."""

    STARTED = 1, _("Generation started")
    COMPLETED = 2, _("Generation completed")
    FAILED = 3, _("Generation failed")


class Quality(models.TextChoices):
    STANDARD = "standard", _("Standard")
    HQ = "hq", _("HQ")


def _asked(key: str) -> Coalesce:
    """A text of the job's input, as an expression; empty where it is absent."""
    return Coalesce(KT(f"input__{key}"), Value("", output_field=models.TextField()))


class GenerationJobQuerySet(models.QuerySet["GenerationJob"]):
    def in_flight(self) -> Self:
        """Asked for and not yet ended."""
        return self.filter(kind=JobKind.STARTED)

    def completed(self) -> Self:
        """Ended well: their images are there, or were until they were pruned."""
        return self.filter(kind=JobKind.COMPLETED)

    def failed(self) -> Self:
        """Ended without images, and with their credits given back."""
        return self.filter(kind=JobKind.FAILED)

    def with_status(self, status: Status) -> Self:
        return self.filter(status=status)

    def asked_since(self, moment: datetime) -> Self:
        """Those that were asked for at that moment or later, however they ended."""
        return self.filter(created_at__gte=moment)

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def with_files_older_than(self, moment: datetime) -> Self:
        """Those that ended well before the moment and whose files are still kept, the oldest first."""
        kept = self.filter(status=Status.COMPLETED, pruned_at=None, completed_at__lt=moment)
        return kept.order_by("completed_at", "id")

    def ended_after(self, moment: datetime, job_id: UUID) -> Self:
        """Those that come after that job in the order in which jobs ended."""
        return after(self, ("completed_at", "id"), (moment, job_id))

    def never_picked_up(self, since: Expression) -> Self:
        """Queued jobs that were last offered to the workers before ``since``, the longest waiting first."""
        return self.filter(status=Status.QUEUED, enqueued_at__lt=since).order_by("enqueued_at")

    def stalled(self, since: Expression) -> Self:
        """Processing jobs that haven't moved after ``since``, the longest still first."""
        return self.filter(status=Status.PROCESSING, updated_at__lt=since).order_by("updated_at")

    def left_over(self, since: datetime) -> Self:
        """Failed jobs, of those asked for after ``since``, that somebody had worked on."""
        return self.filter(status=Status.FAILED, pk__gte=first_uuid_v7_at(since), attempts__gt=0)


class GenerationJob(models.Model):
    """One request for images. ``occurred_at`` and ``kind`` place it in the timeline and follow from its status.

    The three transaction ids say which database transaction brought the job into each state, so that a snapshot
    taken while someone reads the timeline can tell later where the job stood then.
    """

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="generation_jobs", db_index=False
    )
    character = models.ForeignKey(
        Character, null=True, blank=True, on_delete=models.PROTECT, related_name="jobs", db_index=False
    )
    prompt = models.ForeignKey(
        Prompt, null=True, blank=True, on_delete=models.PROTECT, related_name="jobs", db_index=False
    )
    plan = models.ForeignKey("accounts.Plan", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    subscription = models.ForeignKey(
        "accounts.Subscription", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    retried_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="retries")
    type = models.CharField(max_length=24, default="image", db_default="image")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.QUEUED, db_default=Status.QUEUED)
    input = models.JSONField(help_text=_("What was asked for: prompt, quality, aspect_ratio, image_count, seed."))
    prompt_text = models.GeneratedField(expression=_asked("prompt"), output_field=models.TextField(), db_persist=True)
    quality = models.GeneratedField(expression=_asked("quality"), output_field=models.TextField(), db_persist=True)
    aspect_ratio = models.GeneratedField(
        expression=_asked("aspect_ratio"), output_field=models.TextField(), db_persist=True
    )
    image_count = models.GeneratedField(
        expression=Coalesce(Cast(KT("input__image_count"), models.SmallIntegerField()), Value(1)),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    credits_used = models.PositiveIntegerField(help_text=_("What the job was charged; a refund doesn't change it."))
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField()
    pruned_at = models.DateTimeField(null=True, blank=True, help_text=_("When the result's files were removed."))
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    enqueued_at = models.DateTimeField(null=True, blank=True, help_text=_("When it was last offered to the workers."))
    error = models.CharField(max_length=500, blank=True, db_default="", help_text=_("Why it failed, for a person."))
    error_code = models.CharField(max_length=40, blank=True, db_default="")
    metadata = models.JSONField(default=dict, help_text=_("Model, parameters and processing_time_ms."))
    idempotency_key = models.CharField(max_length=200, null=True, blank=True)
    occurred_at = models.GeneratedField(
        expression=Case(
            When(status__in=sorted(FINAL), then=Coalesce(F("completed_at"), F("updated_at"), F("created_at"))),
            default=Coalesce(F("started_at"), F("created_at")),
        ),
        output_field=models.DateTimeField(),
        db_persist=True,
    )
    kind = models.GeneratedField(
        expression=Case(
            When(status=Status.COMPLETED, then=Value(JobKind.COMPLETED.value)),
            When(status=Status.FAILED, then=Value(JobKind.FAILED.value)),
            default=Value(JobKind.STARTED.value),
        ),
        output_field=models.SmallIntegerField(choices=JobKind.choices),
        db_persist=True,
    )
    queued_xid = TransactionIdField(editable=False, db_default=CurrentTransactionId())
    started_xid = TransactionIdField(editable=False, null=True)
    finished_xid = TransactionIdField(editable=False, null=True)

    objects = GenerationJobQuerySet.as_manager()

    class Meta:
        db_table = "generation_jobs"
        # Nobody writes a job from outside the service, so there is no permission for it either.
        default_permissions = ("view",)
        permissions: ClassVar = [
            ("export_generations", _("Can take everyone's generations out as a file")),
            ("adjust_credits", _("Can adjust a person's credits by hand")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="one_job_per_idempotency_key",
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="job_status_is_known"),
            models.CheckConstraint(
                condition=Q(status__in=sorted(FINAL), completed_at__isnull=False)
                | Q(status__in=sorted(IN_FLIGHT), completed_at=None),
                name="job_has_completed_at_when_it_ended",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.PROCESSING) | Q(started_at__isnull=False),
                name="job_has_started_at_when_it_runs",
            ),
            models.CheckConstraint(condition=~Q(status=Status.FAILED) | ~Q(error=""), name="failed_job_says_why"),
            models.CheckConstraint(condition=Q(image_count__gte=1), name="job_asks_for_an_image"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "kind", "occurred_at", "id"], name="job_timeline"),
            models.Index(
                fields=["user", "character", "kind", "occurred_at", "id"],
                condition=Q(character__isnull=False),
                name="job_timeline_of_character",
            ),
            # The gallery, and the staff's list of one person's jobs. The influencer stands behind the order, so that
            # what is for others is left out before its row is read. The status doesn't: it would tempt the planner
            # away from the timeline's own index.
            models.Index(fields=["user", "created_at", "id", "character"], name="job_gallery"),
            # The staff's lists: everyone's jobs by when they were asked for, and the few that are in flight or
            # failed. Completed ones are most of all, so the first index finds a page of them just as well.
            models.Index(fields=["created_at", "id"], name="job_newest"),
            models.Index(
                fields=["kind", "created_at", "id"],
                condition=Q(kind__in=[JobKind.STARTED.value, JobKind.FAILED.value]),
                name="job_newest_not_completed",
            ),
            models.Index(fields=["enqueued_at"], condition=Q(status=Status.QUEUED), name="job_waiting"),
            models.Index(fields=["updated_at"], condition=Q(status=Status.PROCESSING), name="job_processing"),
            models.Index(
                fields=["completed_at", "id"],
                condition=Q(status=Status.COMPLETED, pruned_at=None),
                name="job_with_files_by_age",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} job {self.pk}"

    @property
    def has_ended(self) -> bool:
        return self.status in FINAL
