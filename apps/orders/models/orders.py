"""What was ordered. Only ``operations`` writes it; the database derives the status and keeps every fact as noted."""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Collate, Lower, Now
from django.utils.translation import gettext_lazy as _

from apps.common.sql import UuidV7
from apps.orders.models.carts import Cart
from apps.orders.states import FACTS, IN_PROGRESS, UNDER_WAY, WAITS, PaymentStatus, Status, Wait

# Those that happen by themselves; then a person has to look.
SUBMISSION_ATTEMPTS = 3


class OrderNumber(models.Model):
    """The last number given out on a day; its row is the queue in which orders of that day stand."""

    day = models.DateField(primary_key=True)
    last = models.PositiveIntegerField()

    class Meta:
        db_table = "order_numbers"

    def __str__(self) -> str:
        return f"{self.last} on {self.day}"


class OrderQuerySet(models.QuerySet["Order"]):
    def placed(self) -> Self:
        """Those that were paid for: what a shop calls its orders."""
        return self.filter(paid_at__isnull=False)

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def opened_since(self, moment: datetime | None) -> Self:
        """Those opened since then; all of them where that is null."""
        return self.filter(created_at__gte=moment) if moment else self.all()

    def without_activity(self) -> Self:
        """Those of which the log says nothing."""
        return self.filter(activity=None)

    def in_progress(self) -> Self:
        """Those to which something is still to happen."""
        return self.filter(status__in=sorted(IN_PROGRESS))

    def to_submit(self, *, due_before: datetime) -> Self:
        """Paid, and something should have happened to their submission before then; the longest due first."""
        return self.filter(status=Status.PAID, submission_due_at__lt=due_before).order_by("submission_due_at")

    def under_way(self, *, due_before: datetime) -> Self:
        """At the provider, which should have been asked after them before then; the longest due first."""
        return self.filter(status__in=sorted(UNDER_WAY), reconcile_due_at__lt=due_before).order_by("reconcile_due_at")

    def overdue(self, wait: Wait, *, since_before: datetime) -> Self:
        """Those that began to wait before then, and of which nobody was told; the longest waiting first.

        Another shop's history isn't ours to wait for.
        """
        column = wait.since.column
        return self.filter(_untold(wait), **{f"{column}__lt": since_before}).filter(imported_from=None).order_by(column)


def _untold(wait: Wait) -> Q:
    return Q(status=wait.since.status) & ~Q(overdue_told=wait.since.status)


def _furthest() -> Case:
    whens = [When(**{f"{fact.column}__isnull": False}, then=Value(fact.status.value)) for fact in FACTS]
    return Case(*whens, default=Value(Status.AWAITING_PAYMENT.value))


class Order(models.Model):
    """One purchase. Each time column is a fact, noted once; ``status`` is the furthest of them.

    Amounts are in the currency's minor unit. ``refunded_minor`` is all that went back so far. The provider's own
    names of things, which handlers need, stand beside; ``fulfilment_error`` is for the quick look, the log has every
    failure.
    """

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    number = models.CharField(max_length=24, unique=True, help_text=_("SS-YYMMDD-NNNN, what customers are told."))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="orders",
        db_index=False,
    )
    cart = models.ForeignKey(Cart, null=True, blank=True, on_delete=models.SET_NULL, related_name="orders")
    email = models.EmailField()
    shipping_address = models.JSONField(
        default=dict,
        blank=True,
        help_text=_("name, line1, line2, city, region, postal_code, country (ISO 3166 code), phone."),
    )
    subtotal_minor = models.PositiveIntegerField()
    shipping_minor = models.PositiveIntegerField(default=0, db_default=0)
    tax_minor = models.PositiveIntegerField(default=0, db_default=0)
    total_minor = models.PositiveIntegerField(help_text=_("What the customer pays, all included."))
    refunded_minor = models.PositiveIntegerField(default=0, db_default=0)
    currency = models.CharField(max_length=3)

    created_at = models.DateTimeField(db_default=Now())
    expired_at = models.DateTimeField(null=True, blank=True, help_text=_("When the checkout ended unpaid."))
    paid_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    in_production_at = models.DateTimeField(null=True, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    refunded_at = models.DateTimeField(null=True, blank=True, help_text=_("When money last went back."))
    confirmation_sent_at = models.DateTimeField(null=True, blank=True)
    shipping_notice_sent_at = models.DateTimeField(null=True, blank=True)
    status = models.GeneratedField(
        expression=_furthest(), output_field=models.CharField(max_length=20, choices=Status.choices), db_persist=True
    )
    payment_status = models.GeneratedField(
        expression=Case(
            When(paid_at=None, then=Value(PaymentStatus.UNPAID.value)),
            When(refunded_minor=0, then=Value(PaymentStatus.PAID.value)),
            When(refunded_minor__lt=F("total_minor"), then=Value(PaymentStatus.PARTLY_REFUNDED.value)),
            default=Value(PaymentStatus.REFUNDED.value),
        ),
        output_field=models.CharField(max_length=20, choices=PaymentStatus.choices),
        db_persist=True,
    )

    stripe_session_id = models.CharField(max_length=120, blank=True, db_default="")
    stripe_payment_intent_id = models.CharField(max_length=120, blank=True, db_default="")
    printify_id = models.CharField(max_length=60, blank=True, db_default="")
    provider_status = models.CharField(
        max_length=60, blank=True, db_default="", help_text=_("The print provider's own word, as last heard.")
    )
    submission_attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    submission_attempts_granted = models.PositiveSmallIntegerField(
        default=SUBMISSION_ATTEMPTS, db_default=SUBMISSION_ATTEMPTS, help_text=_("Staff can grant another.")
    )
    submission_due_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("When something should have happened to the submission; null where nothing will by itself."),
    )
    fulfilment_error = models.CharField(max_length=500, blank=True, db_default="")
    reconcile_due_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the provider is to be asked, unless it speaks before; null for never.")
    )
    overdue_told = models.CharField(
        max_length=20,
        choices=Status.choices,
        blank=True,
        db_default="",
        help_text=_("The last status in which it was reported as overdue."),
    )
    dispute_status = models.CharField(max_length=40, blank=True, db_default="")
    dispute_due_at = models.DateTimeField(null=True, blank=True)
    tracking_carrier = models.CharField(max_length=80, blank=True, db_default="")
    tracking_number = models.CharField(max_length=120, blank=True, db_default="")
    tracking_url = models.URLField(max_length=500, blank=True, db_default="")
    imported_from = models.CharField(max_length=120, null=True, blank=True, help_text=_("Its id in another shop."))

    objects = OrderQuerySet.as_manager()

    class Meta:
        db_table = "orders"
        default_permissions = ("view",)
        permissions: ClassVar = [
            ("work_orders", _("Can work on orders: resolve problems, comment, submit and mail again, cancel")),
            ("refund_orders", _("Can give customers their money back")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["stripe_session_id"], condition=~Q(stripe_session_id=""), name="one_order_per_stripe_session"
            ),
            models.UniqueConstraint(
                fields=["stripe_payment_intent_id"],
                condition=~Q(stripe_payment_intent_id=""),
                name="one_order_per_payment_intent",
            ),
            models.UniqueConstraint(
                fields=["printify_id"], condition=~Q(printify_id=""), name="one_order_per_printify_id"
            ),
            models.UniqueConstraint(
                fields=["imported_from"], condition=Q(imported_from__isnull=False), name="one_order_per_import"
            ),
            models.CheckConstraint(
                condition=Q(total_minor=F("subtotal_minor") + F("shipping_minor") + F("tax_minor")),
                name="order_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(refunded_minor__lte=F("total_minor")), name="no_more_refunded_than_paid"
            ),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="order_currency_is_a_code"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["created_at", "id"], name="order_by_time"),
            models.Index(fields=["user", "created_at", "id"], name="order_of_user"),
            models.Index(fields=["status", "created_at", "id"], name="order_by_status"),
            # In the order of bytes, so that it knows the beginnings of addresses in every collation.
            models.Index(Collate(Lower("email"), "C"), F("created_at"), F("id"), name="order_by_email"),
            models.Index(
                fields=["submission_due_at"],
                condition=Q(status=Status.PAID, submission_due_at__isnull=False),
                name="order_submission_due",
            ),
            models.Index(
                fields=["reconcile_due_at"],
                condition=Q(status__in=sorted(UNDER_WAY), reconcile_due_at__isnull=False),
                name="order_reconcile_due",
            ),
            *(
                models.Index(
                    fields=[wait.since.column],
                    condition=_untold(wait) & Q(imported_from=None),
                    name=f"order_awaiting_{wait.awaiting}",
                )
                for wait in WAITS
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_in_progress(self) -> bool:
        return self.status in IN_PROGRESS
