"""Plans, who is on which of them, the periods they have begun, and those that staff had counted anew."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.people import User
from apps.common.sql import ClockTimestamp


class Plan(models.Model):
    """What a subscription gives each period. ``images_per_period`` null means without limit."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=60)
    images_per_period = models.PositiveIntegerField(null=True, blank=True)
    credits_per_period = models.PositiveIntegerField()
    price_minor = models.PositiveIntegerField(default=0, help_text=_("Price a period, in the currency's minor unit."))
    currency = models.CharField(max_length=3, default="GBP")
    is_default = models.BooleanField(default=False, help_text=_("The plan that a new person starts on."))
    provider_price_id = models.CharField(
        max_length=120, blank=True, db_default="", help_text=_("The payment provider's id of the price.")
    )

    class Meta:
        db_table = "plans"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="one_default_plan"),
            models.UniqueConstraint(
                fields=["provider_price_id"], condition=~Q(provider_price_id=""), name="one_plan_per_price"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_free(self) -> bool:
        return self.price_minor == 0

    def gives_at_least(self, other: "Plan") -> bool:
        """Whether nobody loses by going from the other plan to this one: not in images, not in credits."""
        return self.credits_per_period >= other.credits_per_period and _at_least(
            self.images_per_period, other.images_per_period
        )


def _at_least(limit: int | None, other: int | None) -> bool:
    """Compares limits of images, of which null is none."""
    return limit is None or (other is not None and limit >= other)


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def holding(self) -> Self:
        """Those whose plan holds now, paid or past due; a person has one at most."""
        return self.filter(status__in=Subscription.HOLDING)

    def with_plans(self) -> Self:
        """Together with the plan that holds and the one that follows."""
        return self.select_related("plan", "next_plan")

    def ours_to_renew(self, now: datetime) -> Self:
        """Those whose period has ended and that no payment goes on with: without a provider, or ending with it."""
        over = self.holding().filter(current_period_end__lte=now)
        return over.filter(Q(provider_id="", status=Subscription.Status.ACTIVE) | Q(ends_with_period=True))


class Subscription(models.Model):
    """A person on a plan, from ``current_period_start`` until ``current_period_end``.

    ``next_plan`` is what the person chose to go on with, and ``ends_with_period`` that they don't go on. Past due, the
    plan holds on with its limit and the count as it stands, but no period begins: no new credits, no reset.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAST_DUE = "past_due", _("Past due")
        CANCELLED = "cancelled", _("Cancelled")

    HOLDING: ClassVar = (Status.ACTIVE, Status.PAST_DUE)

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="subscriptions")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="subscriptions")
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.ACTIVE)
    current_period_start = models.DateTimeField()
    current_period_end = models.DateTimeField()
    next_plan = models.ForeignKey(
        Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ends_with_period = models.BooleanField(default=False, db_default=False)
    unpaid_period_start = models.DateTimeField(
        null=True, blank=True, help_text=_("Begin of the period that the last failed payment was for.")
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    provider_id = models.CharField(max_length=120, blank=True, help_text=_("The payment provider's own id."))
    told_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the provider said what it last said of how this goes on.")
    )

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        db_table = "subscriptions"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(status__in=("active", "past_due")), name="one_subscription_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["provider_id"], condition=~Q(provider_id=""), name="one_row_per_provider_id"
            ),
            models.CheckConstraint(
                condition=Q(current_period_end__gt=F("current_period_start")), name="period_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(
                    status="past_due",
                    unpaid_period_start__isnull=False,
                    unpaid_period_start__gt=F("current_period_start"),
                )
                | (~Q(status="past_due") & Q(unpaid_period_start=None)),
                name="past_due_for_a_period_to_come",
            ),
            models.CheckConstraint(
                condition=Q(status="cancelled", ended_at__isnull=False) | (~Q(status="cancelled") & Q(ended_at=None)),
                name="cancelled_subscription_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(ends_with_period=False) | Q(next_plan=None), name="ending_subscription_has_no_next_plan"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["current_period_end", "id"],
                condition=Q(status__in=("active", "past_due")),
                name="subscription_by_period_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.plan}"

    @property
    def holds(self) -> bool:
        return self.status in self.HOLDING


class SubscriptionPeriod(models.Model):
    """A period that a subscription has begun, with what it brought: one row each, however often it is delivered.

    Rows are never changed, and a subscription is always in a period that stands here.
    """

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="periods", db_index=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    credits = models.PositiveIntegerField(help_text=_("What the plan gave when the period began."))
    begun_at = models.DateTimeField(db_default=ClockTimestamp(), editable=False)

    class Meta:
        db_table = "subscription_periods"
        default_permissions = ("view",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subscription", "starts_at"], name="one_row_per_period"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="recorded_period_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} from {self.starts_at}"


class PeriodReset(models.Model):
    """Someone of the staff set a person's period count to 0: who, why, when. Rows are never changed."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="period_resets")
    reset_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=200)
    count_before = models.PositiveBigIntegerField(help_text=_("Images of the period until then."))
    reset_at = models.DateTimeField(
        db_default=ClockTimestamp(), editable=False, help_text=_("Read while the person's row was held.")
    )

    class Meta:
        db_table = "period_resets"
        default_permissions = ("view",)
        permissions: ClassVar = [("reset_period", _("Can reset a person's period"))]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="period_reset_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.count_before} images of {self.user_id} at {self.reset_at}"
