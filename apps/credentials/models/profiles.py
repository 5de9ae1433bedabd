"""Who issues and receives: profiles, their verified phones, the keys they sign with, the clock of their events."""

from typing import ClassVar, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.common.sql import UuidV7

HANDLE = r"[a-z0-9][a-z0-9-]{1,38}[a-z0-9]"


class Profile(models.Model):
    """A person as issuer and recipient. The handle is the ``profileId`` of the API and never changes.

    A person's verified e-mail addresses are those of their account; only phones are kept here.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="credential_profile")
    handle = models.CharField(
        max_length=40,
        unique=True,
        validators=[
            RegexValidator(f"^{HANDLE}$", _("3 to 40 small letters, figures and hyphens, no hyphen at the ends."))
        ],
    )
    display_name = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    places_given = models.PositiveBigIntegerField(
        default=0, db_default=0, editable=False, help_text=_("How many places of its status lists are taken.")
    )

    class Meta:
        db_table = "credential_profiles"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(handle__regex=f"^{HANDLE}$"), name="handle_is_well_formed"),
        ]

    def __str__(self) -> str:
        return f"{self.display_name} (@{self.handle})"


class ProfileBlock(models.Model):
    """A recipient wants nothing from an issuer any more."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "credential_profile_blocks"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["profile", "blocked"], name="one_block_per_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} blocks {self.blocked_id}"


class VerifiedPhone(models.Model):
    """A phone number that was shown to be the profile's, in E.164 form."""

    number = models.CharField(max_length=16, primary_key=True, validators=[RegexValidator(r"^\+[1-9][0-9]{6,14}$")])
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="phones")
    verified_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "credential_verified_phones"

    def __str__(self) -> str:
        return self.number


class SigningKeyQuerySet(models.QuerySet["SigningKey"]):
    def that_sign(self) -> Self:
        """One a profile."""
        return self.filter(retired_at=None)

    def oldest_first(self) -> Self:
        return self.order_by("created_at", "id")

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def retire(self) -> None:
        """They sign no credential any more."""
        self.update(retired_at=Now())

    def sealed_otherwise(self, mark: str) -> Self:
        """Those whose private half was sealed under another key than the one with this mark."""
        return self.exclude(seal=mark)


class SigningKey(models.Model):
    """An Ed25519 key that the profile signs with. The private half is a JWE that only the running product opens."""

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="signing_keys")
    public_jwk = models.JSONField()
    sealed_private_jwk = models.TextField()
    seal = models.CharField(max_length=12, help_text=_("Which of the installation's keys it is sealed under."))
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    retired_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Signs no credential since; what it signed stays verifiable.")
    )

    objects = SigningKeyQuerySet.as_manager()

    class Meta:
        db_table = "credential_signing_keys"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["profile"], condition=Q(retired_at=None), name="one_key_that_signs"),
        ]

    def __str__(self) -> str:
        return f"key {self.id} of {self.profile_id}"


class IssuerClock(models.Model):
    """The time of an issuer's last event. Its row is what makes the issuer's events come one after another."""

    profile = models.OneToOneField(Profile, primary_key=True, on_delete=models.PROTECT, related_name="clock")
    last_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "credential_issuer_clocks"

    def __str__(self) -> str:
        return f"clock of {self.profile_id}"
