"""What someone is about to buy. A guest's cart hangs on the session; signing in makes it the person's."""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.common.sql import UuidV7
from apps.orders.models.catalog import Variant

MAX_QUANTITY = 99


class NoReminder(models.TextChoices):
    """Why no reminder goes out for a cart that was left."""

    UNWANTED = "unwanted", _("the address asked for none")
    REFUSED = "refused", _("nobody takes mail for the address")
    REMINDED = "reminded", _("the address was reminded of another cart a short while ago")
    BOUGHT = "bought", _("something was bought since")
    EMPTY = "empty", _("nothing in it can be bought")
    LATE = "late", _("it was left too long ago")


class CartQuerySet(models.QuerySet["Cart"]):
    def open(self) -> Self:
        """Those not bought and not merged into another."""
        return self.filter(closed_at=None)

    def left_between(self, first: datetime, last: datetime) -> Self:
        """Unreported carts with something in them and an address to write to, last touched then; the oldest first.

        One whose payment is on its way is not left, and nobody is there to come back to that of a closed account.
        """
        reachable = self.open().filter(Q(user=None) | Q(user__is_active=True)).exclude(email="")
        waiting = reachable.filter(abandoned_at=None, payment_pending_at=None, updated_at__range=(first, last))
        return waiting.filter(Exists(CartLine.objects.filter(cart=OuterRef("pk")))).order_by("updated_at")

    def to_be_reminded(self) -> Self:
        """Reported as left, and neither reminded nor spared it."""
        return self.open().filter(abandoned_at__isnull=False, recovery_sent_at=None, no_reminder="")


class Cart(models.Model):
    """Things that one guest or one person has put aside. Closed when it was bought, or merged into another."""

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="carts"
    )
    session_key = models.CharField(max_length=40, blank=True, db_default="", help_text=_("Whose it is, for a guest."))
    email = models.EmailField(blank=True, db_default="", help_text=_("Where a reminder can go, once it is known."))
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), help_text=_("When somebody was last busy with it."))
    checkout_started_at = models.DateTimeField(null=True, blank=True)
    payment_pending_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When it was paid by a method that takes days.")
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="merged", help_text=_("Where it went.")
    )
    abandoned_at = models.DateTimeField(null=True, blank=True, help_text=_("When it counted as left."))
    recovery_sent_at = models.DateTimeField(null=True, blank=True)
    no_reminder = models.CharField(
        max_length=10, choices=NoReminder.choices, blank=True, db_default="", help_text=_("Why nobody is reminded.")
    )
    recovered_at = models.DateTimeField(null=True, blank=True, help_text=_("When it was bought after all."))

    objects = CartQuerySet.as_manager()

    class Meta:
        db_table = "carts"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(closed_at=None, user__isnull=False), name="one_open_cart_per_user"
            ),
            models.UniqueConstraint(
                fields=["session_key"],
                condition=Q(closed_at=None, user__isnull=True),
                name="one_open_cart_per_session",
            ),
            models.CheckConstraint(condition=Q(user__isnull=False) | ~Q(session_key=""), name="cart_is_someones"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["updated_at"],
                condition=Q(closed_at=None, abandoned_at=None, payment_pending_at=None) & ~Q(email=""),
                name="cart_may_be_left",
            ),
            models.Index(
                fields=["abandoned_at"],
                condition=Q(closed_at=None, recovery_sent_at=None, no_reminder="", abandoned_at__isnull=False),
                name="cart_to_be_reminded",
            ),
        ]

    def __str__(self) -> str:
        return f"cart {self.pk}"

    @property
    def address(self) -> str:
        """Where its shopper is written to: the person's address of today, or the one a guest gave."""
        return self.user.email if self.user else self.email


class CartLine(models.Model):
    """So many of a variant; for a print, of which picture of the person's gallery."""

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines", db_index=False)
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="+", db_index=False)
    image = models.ForeignKey(
        "generations.GenerationImage", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    quantity = models.PositiveSmallIntegerField(default=1)
    added_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "cart_lines"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["cart", "variant", "image"], nulls_distinct=False, name="one_cart_line_per_thing"
            ),
            models.CheckConstraint(condition=Q(quantity__range=(1, MAX_QUANTITY)), name="cart_line_has_a_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant_id}"
