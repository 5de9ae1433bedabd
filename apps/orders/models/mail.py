"""Mail that was handed to the mail provider: by its message id, what the provider tells later finds its order."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _

from apps.orders.models.carts import Cart
from apps.orders.models.orders import Order


class MailKind(models.TextChoices):
    """Which mail it was, in the words of a log line."""

    CONFIRMATION = "confirmation", _("order confirmation")
    SHIPPING_NOTICE = "shipping_notice", _("shipping notification")
    CART_RECOVERY = "cart_recovery", _("cart recovery")


class SentMail(models.Model):
    """One mail. ``message_id`` is the mail provider's; without one there is nothing to find later."""

    message_id = models.CharField(max_length=300)
    recipient = models.EmailField()
    kind = models.CharField(max_length=20, choices=MailKind.choices)
    order = models.ForeignKey(Order, null=True, blank=True, on_delete=models.CASCADE, related_name="mails")
    cart = models.ForeignKey(Cart, null=True, blank=True, on_delete=models.CASCADE, related_name="mails")
    sent_at = models.DateTimeField()

    class Meta:
        db_table = "sent_mails"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["message_id", "recipient"], condition=~Q(message_id=""), name="one_mail_per_message_id"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                Upper("recipient"), "sent_at", condition=Q(kind=MailKind.CART_RECOVERY), name="reminders_of_address"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient}"


class ReminderOptOut(models.Model):
    """Someone doesn't want to be reminded of carts. The address itself isn't kept, only what tells it again."""

    address_digest = models.CharField(max_length=64, primary_key=True, help_text=_("SHA-256 of it in small letters."))
    opted_out_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "reminder_opt_outs"

    def __str__(self) -> str:
        return f"no reminders to {self.address_digest[:8]}…"
