"""The images that came of jobs, and who took them away."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.common.sql import UuidV7
from apps.generations.models.jobs import GenerationJob


class GenerationImageQuerySet(models.QuerySet["GenerationImage"]):
    def kept(self) -> Self:
        """Those whose files haven't been pruned."""
        return self.filter(job__pruned_at=None)

    def in_order(self) -> Self:
        return self.order_by("position")


class GenerationImage(models.Model):
    """One result of a job. Its files are private; the row stays when they have been pruned."""

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="generation_images", db_index=False
    )
    job = models.ForeignKey(GenerationJob, on_delete=models.PROTECT, related_name="images", db_index=False)
    position = models.PositiveSmallIntegerField()
    file = models.FileField(max_length=200)
    thumbnail = models.FileField(max_length=200)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    media_type = models.CharField(max_length=40)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = GenerationImageQuerySet.as_manager()

    class Meta:
        db_table = "generation_images"
        default_permissions = ("view",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "position"], name="one_image_per_position"),
        ]

    def __str__(self) -> str:
        return f"image {self.position} of {self.job_id}"


class ImageDownload(models.Model):
    """Someone took an image away: who, which, when."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="image_downloads")
    job = models.ForeignKey(GenerationJob, on_delete=models.PROTECT, related_name="downloads")
    image = models.ForeignKey(GenerationImage, on_delete=models.PROTECT, related_name="downloads", db_index=False)
    downloaded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "image_downloads"

    def __str__(self) -> str:
        return f"{self.image_id} at {self.downloaded_at}"
