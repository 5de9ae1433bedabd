"""What can be typed on the sandbox's pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.sandbox import pace
from apps.sandbox.faults import FAULTS, MOST
from apps.sandbox.printify import catalogue
from apps.sandbox.stripe import disputes
from apps.sandbox.stripe.paying import Payer

_PACES = {25: _("A quarter"), 100: _("A minute an order"), 400: _("Four times"), 2_000: _("Twenty times")}
_REASONS = {
    "product_not_received": _("Not received"),
    "fraudulent": _("Fraudulent"),
    "product_unacceptable": _("Not acceptable"),
    "duplicate": _("Charged twice"),
    "general": _("Something else"),
}
_STATUSES = (
    *("on-hold", "payment-not-received", "quality-declined", "has-issues", "unfulfillable", "out-of-stock"),
    *("partially-fulfilled", "canceled"),
)


class PaceForm(forms.Form):
    """How fast time goes."""

    pace = forms.TypedChoiceField(
        label=_("Speed"),
        coerce=int,
        choices=[(percent, _PACES[percent]) for percent in pace.CHOICES],
        widget=forms.RadioSelect,
    )


class FaultsForm(forms.Form):
    """How many of the next requests meet with each fault."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for fault in FAULTS.values():
            self.fields[fault.key] = forms.IntegerField(
                label=str(fault.label), help_text=str(fault.about), min_value=0, max_value=MOST, required=False
            )

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings."""
        groups: dict[str, list[forms.BoundField]] = {}
        for fault in FAULTS.values():
            groups.setdefault(str(fault.group), []).append(self[fault.key])
        return list(groups.items())


class ProductForm(forms.Form):
    """One of the products that are on offer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"] = forms.ChoiceField(
            label=_("Product"), choices=[(product.id, product.title) for product in catalogue.on_offer()]
        )


class PayerForm(forms.Form):
    """Who pays, and where the goods go; filled in with somebody who doesn't exist."""

    email = forms.EmailField(label=_("Email"))
    name = forms.CharField(label=_("Name"), max_length=100, initial="Ada Sample")
    line1 = forms.CharField(label=_("Address"), max_length=200, initial="1 Sandbox Lane")
    city = forms.CharField(label=_("City"), max_length=100, initial="London")
    postal_code = forms.CharField(label=_("Postcode"), max_length=20, initial="EC1A 1BB")
    country = forms.RegexField(r"^[A-Z]{2}$", label=_("Country"), initial="GB", help_text=_("Two letters."))

    def payer(self) -> Payer:
        """What was typed."""
        told = self.cleaned_data
        address = {name: told[name] for name in ("line1", "city", "postal_code", "country")}
        return Payer(email=told["email"], name=told["name"], address={**address, "line2": None, "state": None})


class RefundForm(forms.Form):
    """How much is given back; all that is left where nothing is typed."""

    amount = forms.IntegerField(
        label=_("Amount"), min_value=1, required=False, help_text=_("In pence or cents; empty for all that is left.")
    )


class DisputeForm(forms.Form):
    """Why a charge is contested."""

    reason = forms.ChoiceField(label=_("Reason"), choices=[(key, _REASONS[key]) for key in disputes.REASONS])
    is_final = forms.BooleanField(label=_("Can’t be answered"), required=False)


class StatusForm(forms.Form):
    """A status that an order is put into."""

    status = forms.CharField(
        label=_("Status"),
        max_length=40,
        help_text=_("Any word; these are known: %s") % ", ".join(_STATUSES),
    )
