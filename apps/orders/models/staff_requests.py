"""What staff asked for by hand and somebody else has to grant: who, what of which order, and what came of it."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.common.sql import ClockTimestamp, UuidV7
from apps.orders.models.mail import MailKind
from apps.orders.models.orders import Order

MAX_REASON = 300


class StaffAct(models.TextChoices):
    """What can be asked for; one at a time of each, for one order."""

    CANCEL = "cancel", _("Cancel")
    REFUND = "refund", _("Refund")
    RESEND_CONFIRMATION = "resend_confirmation", _("Send the confirmation again")
    RESEND_SHIPPING_NOTICE = "resend_shipping_notice", _("Send the shipping notification again")


RESENDING = {
    MailKind.CONFIRMATION: StaffAct.RESEND_CONFIRMATION,
    MailKind.SHIPPING_NOTICE: StaffAct.RESEND_SHIPPING_NOTICE,
}


class StaffOutcome(models.TextChoices):
    """What came of it."""

    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")


class StaffRequestQuerySet(models.QuerySet["StaffRequest"]):
    def open(self) -> Self:
        """Those of which nothing has come yet."""
        return self.filter(ended_at=None)

    def waiting(self, act: StaffAct, *, since: datetime, until: datetime) -> Self:
        """Open ones of a kind that were asked for in that time, the oldest first."""
        return self.open().filter(act=act, asked_at__range=(since, until)).order_by("asked_at")


class StaffRequest(models.Model):
    """One asking. Its id is the idempotency key under which a provider is asked, and so is the form's that asks us."""

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="staff_requests", db_index=False)
    act = models.CharField(max_length=24, choices=StaffAct.choices)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField(db_default=ClockTimestamp())
    amount_minor = models.PositiveIntegerField(null=True, help_text=_("Of a refund, in the order's currency."))
    reason = models.CharField(max_length=MAX_REASON, blank=True, db_default="")
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=StaffOutcome.choices, blank=True, db_default="")

    objects = StaffRequestQuerySet.as_manager()

    class Meta:
        db_table = "order_staff_requests"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order", "act"], condition=Q(ended_at=None), name="one_open_staff_request_per_act"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, outcome="") | Q(ended_at__isnull=False, outcome__in=StaffOutcome.values),
                name="staff_request_outcome_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(act=StaffAct.REFUND, amount_minor__gt=0) | (~Q(act=StaffAct.REFUND) & Q(amount_minor=None)),
                name="staff_refund_has_an_amount",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["order", "act", "asked_at"], name="staff_request_of_order"),
            models.Index(fields=["act", "asked_at"], condition=Q(ended_at=None), name="staff_request_open"),
        ]

    def __str__(self) -> str:
        return f"{self.act} of {self.order_id}"

    def signature(self) -> dict[str, Any]:
        """Who asked, and why: for the log line of what came of it."""
        return {"by": self.asked_by.email, "by_id": self.asked_by_id} | ({"reason": self.reason} if self.reason else {})
