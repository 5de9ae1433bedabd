"""What belongs to an order: its lines as they were bought, its parcels, the money that went back."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.common.sql import UuidV7
from apps.orders.models.catalog import Variant
from apps.orders.models.orders import Order


class OrderLine(models.Model):
    """What was bought, as it was then: later prices and titles don't change it.

    ``artwork`` is our own copy of the picture that is printed, which stays when the gallery's is pruned.
    """

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    variant = models.ForeignKey(
        Variant, null=True, blank=True, on_delete=models.SET_NULL, related_name="order_lines", db_index=False
    )
    image = models.ForeignKey(
        "generations.GenerationImage", null=True, blank=True, on_delete=models.PROTECT, related_name="order_lines"
    )
    artwork = models.FileField(max_length=200, blank=True, db_default="")
    title = models.CharField(max_length=200)
    variant_title = models.CharField(max_length=200, blank=True, db_default="")
    sku = models.CharField(max_length=80, blank=True, db_default="")
    unit_price_minor = models.PositiveIntegerField()
    quantity = models.PositiveSmallIntegerField()
    artwork_url = models.URLField(
        max_length=500, blank=True, db_default="", help_text=_("Where the printer has it, once it was given to it.")
    )
    printify_product_id = models.CharField(max_length=60, blank=True, db_default="")
    printify_variant_id = models.CharField(max_length=60, blank=True, db_default="")

    class Meta:
        db_table = "order_lines"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "position"], name="one_order_line_per_position"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_line_has_a_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"


class Shipment(models.Model):
    """A parcel of an order; ``number`` is the carrier's, empty where the provider named none."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="shipments", db_index=False)
    number = models.CharField(max_length=120, blank=True)
    carrier = models.CharField(max_length=80, blank=True)
    url = models.URLField(max_length=500, blank=True)
    shipped_at = models.DateTimeField()

    class Meta:
        db_table = "order_shipments"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "number"], name="one_shipment_per_tracking_number"),
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.number}"


class Refund(models.Model):
    """Money that went back: ``total_minor`` is the provider's running total after it, ``amount_minor`` the step."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="refunds", db_index=False)
    total_minor = models.PositiveIntegerField()
    amount_minor = models.PositiveIntegerField()
    refunded_at = models.DateTimeField()

    class Meta:
        db_table = "order_refunds"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "total_minor"], name="one_refund_per_running_total"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} of {self.order_id}"
