"""What the shop sells, as the print provider last told it. Only the product sync writes it."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from apps.common.sql import UuidV7


class ProductQuerySet(models.QuerySet["Product"]):
    def on_sale(self) -> Self:
        """Those still there at the provider with at least one variant that can be bought."""
        return self.filter(archived_at=None, variants__archived_at=None, variants__is_available=True).distinct()

    def by_title(self) -> Self:
        return self.order_by(Lower("title"), "id")


class Product(models.Model):
    """A thing that is printed. Archived when it is gone at the provider, never deleted: old orders name it."""

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    provider = models.CharField(max_length=20, default="printify", db_default="printify")
    provider_id = models.CharField(max_length=60, help_text=_("The provider's own id of the product."))
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, db_default="")
    takes_artwork = models.BooleanField(
        default=False, db_default=False, help_text=_("A picture from the customer's gallery is printed on it.")
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    synced_at = models.DateTimeField(db_default=Now())
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        db_table = "products"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "provider_id"], name="one_product_per_provider_id"),
        ]

    def __str__(self) -> str:
        return self.title


class VariantQuerySet(models.QuerySet["Variant"]):
    def on_sale(self) -> Self:
        """Those that can be put into a cart now."""
        return self.filter(archived_at=None, is_available=True, product__archived_at=None)

    def cheapest_first(self) -> Self:
        return self.order_by("price_minor", "position", "id")


class Variant(models.Model):
    """One size, colour or finish of a product, with its price."""

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="variants", db_index=False)
    provider_id = models.CharField(max_length=60, help_text=_("The provider's own id of the variant."))
    sku = models.CharField(max_length=80, blank=True, db_default="")
    title = models.CharField(max_length=200)
    price_minor = models.PositiveIntegerField(help_text=_("What a customer pays, in the currency's minor unit."))
    currency = models.CharField(max_length=3)
    position = models.PositiveIntegerField(default=0, db_default=0)
    is_available = models.BooleanField(default=True, db_default=True, help_text=_("In stock at the provider."))
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = VariantQuerySet.as_manager()

    class Meta:
        db_table = "variants"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "provider_id"], name="one_variant_per_provider_id"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="variant_currency_is_a_code"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.title}"


class ProductPicture(models.Model):
    """A picture of a product, or of one of its variants; kept here, because pages load nothing from elsewhere."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="pictures", db_index=False)
    variant = models.ForeignKey(Variant, null=True, blank=True, on_delete=models.CASCADE, related_name="pictures")
    position = models.PositiveSmallIntegerField()
    source_url = models.URLField(max_length=500, help_text=_("Where the provider has it."))
    file = models.FileField(max_length=200, blank=True)
    width = models.PositiveIntegerField(default=0, db_default=0)
    height = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "product_pictures"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "position"], name="one_product_picture_per_position"),
        ]

    def __str__(self) -> str:
        return f"picture {self.position} of {self.product_id}"
