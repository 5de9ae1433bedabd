"""The tokens of people's programs."""

from datetime import datetime
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.people import User
from apps.accounts.scopes import Scope, allows
from apps.common.sql import UuidV7


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def not_revoked(self) -> Self:
        """Those that their owner hasn't taken back; some may have expired."""
        return self.filter(revoked_at=None)

    def valid(self, now: datetime) -> Self:
        """Those that open something: neither taken back nor expired."""
        return self.not_revoked().filter(Q(expires_at=None) | Q(expires_at__gt=now))

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")


class ApiToken(models.Model):
    """What a person's program shows instead of a password. The secret itself is nowhere: only its SHA-256 is kept.

    A plain hash is enough, and can be looked up by an index: a secret of 256 random bits can't be guessed from it.
    """

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=60)
    scopes = ArrayField(models.CharField(max_length=60))
    digest = models.BinaryField(max_length=32, unique=True, help_text=_("SHA-256 of the secret."))
    beginning = models.CharField(max_length=16, help_text=_("The secret's first characters, to tell tokens apart."))
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text=_("Noted once a minute at most."))
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        db_table = "api_tokens"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="token_has_a_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"

    @property
    def scope_labels(self) -> list[str]:
        """What the token may do, in words."""
        return [str(scope.label) for scope in Scope if allows(self.scopes, scope)]

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now
