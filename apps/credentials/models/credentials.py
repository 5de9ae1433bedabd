"""What is issued: signed credentials, inbox credentials that wait for an unknown recipient, claim links for anyone."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.common.sql import UuidV7
from apps.credentials.event_types import RecipientType
from apps.credentials.models.boosts import Boost, Integration
from apps.credentials.models.issuances import Issuance
from apps.credentials.models.profiles import Profile, SigningKey

DIGEST_BYTES = 32


class Credential(models.Model):
    """A credential in its recipient's name: the document as it was signed, never changed afterwards."""

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    issuance = models.OneToOneField(Issuance, on_delete=models.PROTECT, related_name="credential")
    recipient = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="credentials")
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="+")
    document = models.JSONField()
    signed = models.TextField(help_text=_("The document as a JWS in compact form."))
    place = models.PositiveBigIntegerField(
        null=True,
        editable=False,
        help_text=_("In its issuer's status lists; null for those made before there were any."),
    )
    issued_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "credentials"

    def __str__(self) -> str:
        return str(self.id)


class InboxCredentialQuerySet(models.QuerySet["InboxCredential"]):
    def waiting(self) -> Self:
        """Those that nobody has claimed and that haven't ended otherwise."""
        return self.filter(closed_at=None)

    def overdue(self, now: datetime) -> Self:
        """Those that wait for longer than they may."""
        return self.waiting().filter(expires_at__lte=now)

    def unsent(self) -> Self:
        """Those whose mail isn't on its way yet."""
        return self.waiting().filter(mail_due=True)

    def for_recipient(self, kind: RecipientType, value: str) -> Self:
        return self.filter(recipient_type=kind, recipient_value=value)


class InboxCredential(models.Model):
    """Waits for whoever has the e-mail address or phone. The claim token is nowhere: only its SHA-256 is kept."""

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    issuance = models.OneToOneField(Issuance, on_delete=models.PROTECT, related_name="inbox_credential")
    recipient_type = models.CharField(max_length=7, choices=RecipientType.choices)
    recipient_value = models.CharField(max_length=254)
    draft = models.JSONField(default=dict, help_text=_("What the issuer gave beyond the boost."))
    token_digest = models.BinaryField(max_length=DIGEST_BYTES, unique=True, null=True)
    mail_due = models.BooleanField(default=False)
    message_id = models.CharField(
        max_length=300, blank=True, db_default="", help_text=_("The mail provider's name for the mail that went off.")
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, help_text=_("Claimed, delivered, expired or failed."))

    objects = InboxCredentialQuerySet.as_manager()

    class Meta:
        db_table = "inbox_credentials"
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], condition=Q(closed_at=None), name="inbox_to_expire"),
            models.Index(fields=["created_at"], condition=Q(mail_due=True), name="inbox_to_mail"),
            models.Index(fields=["recipient_type", "recipient_value"], name="inbox_of_recipient"),
            models.Index(fields=["message_id"], condition=~Q(message_id=""), name="inbox_by_message_id"),
        ]

    def __str__(self) -> str:
        return f"{self.id} for an {self.recipient_type}"


class ClaimLinkQuerySet(models.QuerySet["ClaimLink"]):
    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def not_revoked(self) -> Self:
        return self.filter(revoked_at=None)


class ClaimLink(models.Model):
    """An address with which anyone can claim a boost, once each, until it expires or its uses are spent."""

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    boost = models.ForeignKey(Boost, on_delete=models.PROTECT, related_name="claim_links")
    integration = models.ForeignKey(Integration, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    token_digest = models.BinaryField(max_length=DIGEST_BYTES, unique=True)
    uses_left = models.PositiveIntegerField(null=True, help_text=_("Null is without limit."))
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = ClaimLinkQuerySet.as_manager()

    class Meta:
        db_table = "credential_claim_links"

    def __str__(self) -> str:
        return f"claim link {self.id}"


class ClaimLinkUse(models.Model):
    """Who has claimed with a link: once each, and it names what they got."""

    link = models.ForeignKey(ClaimLink, on_delete=models.PROTECT, related_name="uses")
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+", db_index=False)
    issuance = models.OneToOneField(Issuance, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "credential_claim_link_uses"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["link", "profile"], name="one_use_of_a_link_each"),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} by {self.link_id}"
