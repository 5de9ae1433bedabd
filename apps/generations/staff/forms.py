"""The filter form of the staff's list of generations, and its cleaning into ``JobFilters``."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import Plan
from apps.generations.models import GenerationJob
from apps.generations.staff.filters import NOBODY, JobFilters, Period, State
from apps.generations.staff.people import person_by_email

MOST_WORDS = 6
DATE: dict[str, Any] = {
    "widget": forms.DateInput(attrs={"type": "date"}),
    "validators": [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 1, 1))],
}


class JobFilterSet(django_filters.FilterSet):  # type: ignore[misc]  # it has no types
    """The filters that the URL carries."""

    period = django_filters.ChoiceFilter(label=gettext_lazy("Period"), choices=Period.choices, empty_label=None)
    status = django_filters.ChoiceFilter(
        label=gettext_lazy("Status"), choices=State.choices, empty_label=gettext_lazy("Any status")
    )
    user = django_filters.CharFilter(
        label=gettext_lazy("User’s e-mail"),
        max_length=254,
        widget=forms.TextInput(attrs={"type": "search", "inputmode": "email", "autocomplete": "off"}),
    )
    plan = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Plan"), queryset=Plan.objects.order_by("name"), empty_label=gettext_lazy("Any plan")
    )
    model = django_filters.CharFilter(
        label=gettext_lazy("Model"), max_length=80, widget=forms.TextInput(attrs={"type": "search"})
    )
    error = django_filters.CharFilter(
        label=gettext_lazy("Error code"), max_length=40, widget=forms.TextInput(attrs={"type": "search"})
    )
    q = django_filters.CharFilter(
        label=gettext_lazy("Text in the prompt"), max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )

    class Meta:
        model = GenerationJob
        fields: tuple[str, ...] = ()

    @classmethod
    def get_filters(cls) -> dict[str, django_filters.Filter]:
        """``from`` is a word of Python's and can't be an attribute."""
        dates = {
            "from": django_filters.DateFilter(label=gettext_lazy("From"), **DATE),
            "to": django_filters.DateFilter(label=gettext_lazy("To"), **DATE),
        }
        declared = super().get_filters()
        return {"period": declared.pop("period"), **dates, **declared}


# Made once: a filter set makes a class of forms anew whenever it is asked for its form.
_FilterForm: type[forms.Form] = JobFilterSet(queryset=GenerationJob.objects.none()).get_form_class()


class JobQuery:
    """The filters of a request's query: cleaned, with a notice for each value that couldn't be used."""

    def __init__(self, query: Mapping[str, Any], zone: ZoneInfo) -> None:
        self.form = _FilterForm(query)
        self.form.is_valid()
        self.notices = list(self._unusable())
        self._ignored = set(self.form.errors)
        self.filters = self._filters(zone)

    @property
    def applied(self) -> dict[str, str]:
        """What of the query is in effect: an address made of it shows, or exports, the same."""
        query, fields = self.form.data, self.form.fields
        return {name: query[name] for name in fields if query.get(name) and name not in self._ignored}

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the dates leaves jobs out."""
        return bool(set(self.applied) - {"period", "from", "to"})

    def _filters(self, zone: ZoneInfo) -> JobFilters:
        cleaned = self.form.cleaned_data
        first, last = self._dates(cleaned.get("from"), cleaned.get("to"))
        status, plan = cleaned.get("status"), cleaned.get("plan")
        return JobFilters(
            period=Period(cleaned.get("period") or Period.LAST_30_DAYS),
            first_day=first,
            last_day=last,
            state=State(status) if status else None,
            user_id=self._user_id(cleaned.get("user") or ""),
            plan_id=plan.pk if plan else None,
            model=cleaned.get("model") or "",
            error_code=cleaned.get("error") or "",
            words=self._words(cleaned.get("q") or ""),
            zone=zone,
        )

    def _dates(self, first: date | None, last: date | None) -> tuple[date | None, date | None]:
        if first and last and last < first:
            self.notices.append(_("The dates end before they begin, so they are ignored."))
            self._ignored |= {"from", "to"}
            return None, None
        return first, last

    def _user_id(self, email: str) -> int | None:
        if not email:
            return None
        person = person_by_email(email)
        if person is None:
            self.notices.append(_("Nobody signs in as “%s”. Give the whole address.") % email)
        return person.pk if person else NOBODY

    def _words(self, text: str) -> tuple[str, ...]:
        words = text.split()
        if len(words) > MOST_WORDS:
            self.notices.append(_("Only the first %d words are searched for.") % MOST_WORDS)
        return tuple(words[:MOST_WORDS])

    def _unusable(self) -> list[str]:
        return [
            _("“%(field)s” couldn't be read, so it isn't applied.") % {"field": self.form.fields[name].label}
            for name in self.form.errors
            if name in self.form.fields
        ]
