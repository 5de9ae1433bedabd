"""The AI influencers that images are made of."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from apps.common.sql import UuidV7


class CharacterQuerySet(models.QuerySet["Character"]):
    def available(self) -> Self:
        """Those that new generations can be for."""
        return self.filter(archived_at=None)

    def archived(self) -> Self:
        return self.exclude(archived_at=None)

    def by_name(self) -> Self:
        return self.order_by(Lower("name"), "id")


class Character(models.Model):
    """An AI influencer: whom a generation is for. Archived, never deleted, so that old jobs keep their name."""

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="characters")
    name = models.CharField(_("name"), max_length=80)
    description = models.TextField(_("looks and manner"), max_length=1000, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)

    objects = CharacterQuerySet.as_manager()

    class Meta:
        db_table = "characters"
        constraints: ClassVar = [
            models.UniqueConstraint(
                "user", Lower("name"), condition=Q(archived_at=None), name="one_character_per_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name
