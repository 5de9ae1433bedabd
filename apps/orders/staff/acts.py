"""What can be done with an order by hand: offered where it can take effect, on the page and on the line that failed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.common.words import minor_digits, money
from apps.orders.feed import Entry
from apps.orders.models import MailKind, Order
from apps.orders.models.staff_requests import MAX_REASON
from apps.orders.states import Status

CANCELLABLE = (Status.PAID, Status.SUBMITTED)


class Act(models.TextChoices):
    """What takes nothing but a press of a button, with its words."""

    RETRY = "retry", gettext_lazy("Submit again")
    CONFIRMATION = "confirmation", gettext_lazy("Send the confirmation again")
    SHIPPING_NOTICE = "shipping-notice", gettext_lazy("Send the shipping notice again")


MAILS = {Act.CONFIRMATION: MailKind.CONFIRMATION, Act.SHIPPING_NOTICE: MailKind.SHIPPING_NOTICE}


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be done with an order now; ``refundable_minor`` is how much can be given back."""

    acts: tuple[Act, ...]
    may_cancel: bool
    refundable_minor: int


NOTHING = Offer((), may_cancel=False, refundable_minor=0)


def offer_for(order: Order) -> Offer:
    """What can take effect. What happens between the page and the press is for the act itself to refuse."""
    is_paid_here = bool(order.paid_at and order.stripe_payment_intent_id)
    return Offer(
        tuple(_acts(order)),
        order.status in CANCELLABLE,
        order.total_minor - order.refunded_minor if is_paid_here else 0,
    )


def acts_on(entry: Entry, offer: Offer) -> tuple[Act, ...]:
    """What mends the problem that the entry tells of, while it is open."""
    if not entry.needs_attention:
        return ()
    wanted = _mends(entry.event_type, entry.payload)
    return (wanted,) if wanted in offer.acts else ()


def _acts(order: Order) -> Iterator[Act]:
    if order.status == Status.PAID and order.submission_due_at is None:
        yield Act.RETRY
    if order.email and order.paid_at and not order.cancelled_at:
        yield Act.CONFIRMATION
    if order.email and order.shipped_at:
        yield Act.SHIPPING_NOTICE


def _mends(event_type: str, payload: Mapping[str, Any]) -> Act | None:
    if event_type == "order.submission_failed":
        return Act.RETRY
    if event_type == "email.bounced":
        return next((act for act, kind in MAILS.items() if str(kind.label) == payload.get("mail")), None)
    return None


class CancelForm(forms.Form):
    """Why an order is cancelled."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MAX_REASON,
        required=False,
        help_text=gettext_lazy("Stands in the story. It gives no money back: that is a refund."),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="cancel_%s")


class RefundForm(forms.Form):
    """How much goes back, and why. ``key`` makes a form that is sent twice one refund.

    A second button stands for all that is left, whatever the amount says.
    """

    amount = forms.DecimalField(label=gettext_lazy("Amount"), required=False, min_value=0, max_value=10_000_000)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=MAX_REASON, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, data: QueryDict | None = None, *, order: Order) -> None:
        super().__init__(data, auto_id="refund_%s")
        self._order = order
        self.fields["amount"].label = _("Amount in %s") % order.currency

    def clean_amount(self) -> int | None:
        """The amount in the currency's minor unit; null for all that is left."""
        if "whole" in self.data:
            return None
        minor = (self.cleaned_data["amount"] or Decimal()).scaleb(minor_digits(self._order.currency))
        left = self._order.total_minor - self._order.refunded_minor
        if not 0 < minor <= left or minor != int(minor):
            raise ValidationError(_("Give an amount of at most %s.") % money(left, self._order.currency))
        return int(minor)

    def clean(self) -> None:
        """The key is hidden, so what is wrong with it is said over the form."""
        if "key" not in self.cleaned_data:
            raise ValidationError(_("This form is incomplete. Open the page again."))
