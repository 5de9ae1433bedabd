"""What the staff correct for a person by hand: the balance and the period's count. Each has a form that says why.

A form sent twice corrects once. An adjustment carries a key of its own, which the ledger remembers; a reset carries
when the period began that its reader saw, and only that period is reset.
"""

from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import PeriodReset, User
from apps.accounts.operations import reset_period
from apps.credits import ledger

MOST_CREDITS = 1_000_000


class AlreadyReset(Exception):
    """The period that was to be reset is over: someone, or the plan's renewal, began another. Nothing was written."""


class AdjustmentForm(forms.Form):
    """So many credits more or fewer, and why."""

    amount = forms.IntegerField(
        label=gettext_lazy("Credits to add or take"),
        min_value=-MOST_CREDITS,
        max_value=MOST_CREDITS,
        help_text=gettext_lazy("50 adds fifty, -50 takes fifty."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200, help_text=gettext_lazy("The person reads it in their activity.")
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="adjust_%s")

    def clean_amount(self) -> int:
        amount: int = self.cleaned_data["amount"]
        if not amount:
            raise ValidationError(_("Give a number other than 0."))
        return amount

    def clean(self) -> None:
        """The key is hidden, so what is wrong with it is said over the form."""
        if "key" not in self.cleaned_data:
            raise ValidationError(_("This form is incomplete. Open the page again."))


class ResetForm(forms.Form):
    """Why the period's count begins anew; ``began`` is the period that the reader saw."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
    began = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: QueryDict | None = None, *, began: str = "") -> None:
        super().__init__(data, auto_id="reset_%s", initial={"began": began})


def adjust(form: AdjustmentForm, *, user: User, by: User) -> ledger.Entry | None:
    """Moves the credits; the same form again gives the same entry. None, with the reason in the form, where refused."""
    asked = form.cleaned_data
    try:
        return ledger.adjust(
            user=user, amount=asked["amount"], key=f"staff:{asked['key']}", by=by, reason=asked["reason"]
        )
    except ledger.InsufficientCredits as refusal:
        form.add_error("amount", _below_zero(refusal))
    except ledger.KeyReused:
        form.add_error(None, _("This form was sent before with another amount. Open the page again to adjust more."))
    return None


@transaction.atomic
def reset(*, user: User, by: User, reason: str, began: str) -> PeriodReset:
    """Resets the period that began then. Raises AlreadyReset where it is another by now."""
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if beginning_of_period(locked) != began:
        raise AlreadyReset
    return reset_period(user=locked, by=by, reason=reason)


def beginning_of_period(user: User) -> str:
    """When the person's period began, as a form carries it; empty where none ever did."""
    return user.last_reset_date.isoformat() if user.last_reset_date else ""


def _below_zero(refusal: ledger.InsufficientCredits) -> str:
    words = _("There are only %(balance)s credits, so %(needed)s can't be taken. Nothing was changed.")
    return words % {"balance": refusal.balance, "needed": refusal.needed}
