"""The filter form of the staff's list of orders, and the comment on one."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.orders.staff.asked import Asked, ListForm, text_field
from apps.orders.staff.order_list import OrderFilters
from apps.orders.states import Status

MAX_COMMENT = 1_000


class OrderFilterForm(ListForm):
    q = text_field(gettext_lazy("Number, e-mail or provider’s ID"), longest=254)
    status = forms.ChoiceField(
        label=gettext_lazy("Status"), required=False, choices=[("", gettext_lazy("Any status")), *Status.choices]
    )


class OrderQuery(Asked):
    """The filters of a request's query."""

    def __init__(self, query: Mapping[str, Any], zone: ZoneInfo) -> None:
        super().__init__(OrderFilterForm(query), zone)
        self.filters = OrderFilters(
            text=self.value("q") or "", status=self.value("status"), since=self.since, until=self.until
        )


class CommentForm(forms.Form):
    """What one of the staff has to say about an order. ``key`` is what makes a form that is sent twice one comment."""

    text = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=MAX_COMMENT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("For those who work here; the customer never sees it."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="comment_%s")

    def clean(self) -> None:
        """The key is hidden, so what is wrong with it is said over the form."""
        if "key" not in self.cleaned_data:
            raise ValidationError(_("This form is incomplete. Open the page again."))
