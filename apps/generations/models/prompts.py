"""Prompts kept for use again, and the words of those that were used."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5, Now

from apps.common.sql import UuidV7


class PromptQuerySet(models.QuerySet["Prompt"]):
    def kept(self) -> Self:
        """Those that are offered for use again."""
        return self.filter(removed_at=None)

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")


class Prompt(models.Model):
    """A prompt kept for use again. Taken off the list, never deleted, so that jobs go on naming it."""

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="prompts")
    text = models.TextField(max_length=4000)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    objects = PromptQuerySet.as_manager()

    class Meta:
        db_table = "prompts"
        constraints: ClassVar = [
            models.UniqueConstraint("user", MD5("text"), condition=Q(removed_at=None), name="a_prompt_is_kept_once"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class JobWord(models.Model):
    """A word of an ended job's prompt, in the order of the timeline: what a search in prompts reads.

    Triggers keep it; see the migration that makes it. A job in flight has no rows yet, because it will still move.
    """

    pk = models.CompositePrimaryKey("user_id", "word", "occurred_at", "job_id")
    user_id = models.BigIntegerField()
    word = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    job_id = models.UUIDField()

    class Meta:
        db_table = "generation_job_words"

    def __str__(self) -> str:
        return self.word
