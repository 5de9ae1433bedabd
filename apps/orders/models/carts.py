"""What someone is about to buy. A guest's cart hangs on the session; signing in makes it the person's."""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.common.sql import UuidV7
from apps.orders.models.catalog import Variant

MAX_QUANTITY = 99


class CartQuerySet(models.QuerySet["Cart"]):
    def open(self) -> Self:
        """Those not bought and not merged into another."""
        return self.filter(closed_at=None)

    def left_since(self, moment: datetime) -> Self:
        """Open carts with an e-mail address that nobody has touched since, and that weren't reported yet."""
        return self.open().exclude(email="").filter(abandoned_at=None, updated_at__lt=moment).order_by("updated_at")


class Cart(models.Model):
    """Things that one guest or one person has put aside. Closed when it was bought, or merged into another."""

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="carts"
    )
    session_key = models.CharField(max_length=40, blank=True, db_default="", help_text=_("Whose it is, for a guest."))
    email = models.EmailField(blank=True, db_default="", help_text=_("Where a reminder can go, once it is known."))
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), help_text=_("When its lines last changed."))
    checkout_started_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    abandoned_at = models.DateTimeField(null=True, blank=True, help_text=_("When it was reported as left."))
    recovery_sent_at = models.DateTimeField(null=True, blank=True)
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
                condition=Q(closed_at=None, abandoned_at=None) & ~Q(email=""),
                name="cart_may_be_left",
            ),
        ]

    def __str__(self) -> str:
        return f"cart {self.pk}"


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
