"""Templates of credentials, and the apps that an issuer attributes issuances to."""

from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.common.sql import UuidV7
from apps.credentials.models.profiles import Profile


class BoostQuerySet(models.QuerySet["Boost"]):
    def live(self) -> Self:
        """Those that can be issued."""
        return self.filter(state=Boost.State.LIVE)

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")


class Boost(models.Model):
    """A template: what each credential issued from it says. A draft can be changed and not yet be issued."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        LIVE = "live", _("Live")

    class Category(models.TextChoices):
        """Of Open Badges' achievement types, those that issuers choose from here."""

        ACHIEVEMENT = "Achievement", _("Achievement")
        BADGE = "Badge", _("Badge")
        CERTIFICATE = "Certificate", _("Certificate")
        COURSE = "Course", _("Course")
        LICENSE = "License", _("Licence")
        MEMBERSHIP = "Membership", _("Membership")
        ASSESSMENT = "Assessment", _("Assessment")

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    owner = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="boosts")
    name = models.CharField(_("name"), max_length=200)
    category = models.CharField(_("category"), max_length=40, choices=Category.choices, default=Category.ACHIEVEMENT)
    description = models.TextField(_("description"), max_length=2_000, help_text=_("What its holder has achieved."))
    criteria = models.TextField(
        _("criteria"), max_length=4_000, blank=True, help_text=_("What has to be done to earn it.")
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = BoostQuerySet.as_manager()

    class Meta:
        db_table = "credential_boosts"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="boost_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        return self.state == self.State.LIVE


class IntegrationQuerySet(models.QuerySet["Integration"]):
    def by_name(self) -> Self:
        return self.order_by("name", "id")

    def with_id(self, id_: UUID) -> Self:
        return self.filter(pk=id_)


class Integration(models.Model):
    """An app of the issuer's, named so that issuances can be attributed to it."""

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    owner = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="integrations")
    name = models.CharField(_("name"), max_length=100)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = IntegrationQuerySet.as_manager()

    class Meta:
        db_table = "credential_integrations"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], name="one_integration_of_a_name"),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="integration_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
