"""The period that a statement's address asks for: a month, or any two days."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.activity.forms import DATE


@dataclass(frozen=True, slots=True)
class Period:
    """Days, the last one included."""

    first_day: date
    last_day: date

    @property
    def is_month(self) -> bool:
        """Whether it is exactly one month of the calendar."""
        return self == month_of(self.first_day)

    @property
    def month_before(self) -> "Period":
        return month_of(self.first_day - timedelta(days=1))

    @property
    def month_after(self) -> "Period":
        return month_of(self.last_day + timedelta(days=1))


def month_of(day: date) -> Period:
    """The month that the day lies in."""
    return Period(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


class PeriodForm(forms.Form):
    """``month`` as ``2026-11``, or ``from`` and ``to`` as dates."""

    month = forms.DateField(required=False, input_formats=["%Y-%m"], validators=DATE["validators"])

    def __init__(self, query: Mapping[str, Any]) -> None:
        super().__init__(query)
        # "from" is a word of Python's and can't be an attribute.
        self.fields["from"] = forms.DateField(required=False, label=gettext_lazy("From"), **DATE)
        self.fields["to"] = forms.DateField(required=False, label=gettext_lazy("To"), **DATE)


class PeriodQuery:
    """The period of a request's query: the month of ``today`` unless it says otherwise, with a notice for each
    value that couldn't be used.
    """

    def __init__(self, query: Mapping[str, Any], today: date) -> None:
        self.form = PeriodForm(query)
        self.form.is_valid()
        self.notices = [
            _("“%(field)s” couldn't be read, so this month is shown.") % {"field": self.form[name].label}
            for name in self.form.errors
        ]
        self.period = self._period(today)

    def _period(self, today: date) -> Period:
        this_month = month_of(today)
        if self.form.errors:
            return this_month
        first, last = self.form.cleaned_data["from"], self.form.cleaned_data["to"]
        if not first and not last:
            return month_of(self.form.cleaned_data["month"] or today)
        if first and last and first <= last:
            return Period(first, last)
        self.notices.append(_("A period needs two dates, the first one first, so this month is shown."))
        return this_month
