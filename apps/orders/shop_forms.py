"""What can be chosen in the shop."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.generations.models import GenerationImage
from apps.orders.models import Product, Variant
from apps.orders.models.carts import MAX_QUANTITY


class ChoiceForm(forms.Form):
    """A variant of a product, how many, and one of the person's own pictures where the product takes one."""

    variant = forms.ModelChoiceField(
        queryset=Variant.objects.none(),
        error_messages={
            "required": _("Choose one of these."),
            "invalid_choice": _("That one is sold out. Choose another."),
        },
    )
    image = forms.UUIDField(required=False)
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=MAX_QUANTITY, initial=1)

    def __init__(self, *args: Any, product: Product, user: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._product, self._user = product, user
        self.fields["variant"].queryset = Variant.objects.on_sale().filter(product=product)  # type: ignore[attr-defined]

    def clean_image(self) -> GenerationImage | None:
        """The person's own picture; refused where it is somebody else's or no longer kept."""
        asked: UUID | None = self.cleaned_data["image"]
        if asked is None:
            return None
        own = self._user.generation_images.kept().filter(pk=asked).first() if self._user else None
        if own is None or not self._product.takes_artwork:
            raise forms.ValidationError(_("That image can’t be printed: it isn’t yours, or it is no longer kept."))
        return own


class QuantityForm(forms.Form):
    """How many of a line."""

    quantity = forms.IntegerField(min_value=1, max_value=MAX_QUANTITY)


class CheckoutForm(forms.Form):
    """Where to write to, and the total that was seen when the button was pressed."""

    email = forms.EmailField(
        label=_("Email"), help_text=_("For the confirmation and news of the parcel."), max_length=254
    )
    seen_total = forms.IntegerField(required=False)

    def __init__(self, *args: Any, user: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if user:
            del self.fields["email"]
        self._user = user

    @property
    def address(self) -> str:
        """The person's own address, or the one a guest typed."""
        return self._user.email if self._user else str(self.cleaned_data["email"])
