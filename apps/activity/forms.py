"""The filter form of the timeline: its fields, and its cleaning into ``TimelineFilters``."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.activity.filters import DateRange, TimelineFilters, Type, searched
from apps.generations.models import Character, GenerationJob
from apps.generations.states import Status

DATE: dict[str, Any] = {
    "widget": forms.DateInput(attrs={"type": "date"}),
    "validators": [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 1, 1))],
}


class TimelineFilterSet(django_filters.FilterSet):  # type: ignore[misc]  # it has no types
    """The filters that the URL carries."""

    range = django_filters.ChoiceFilter(
        label=gettext_lazy("Period"), choices=DateRange.choices, empty_label=None, initial=DateRange.ALL_TIME
    )
    type = django_filters.ChoiceFilter(label=gettext_lazy("Show"), choices=Type.choices, empty_label=None)
    character = django_filters.ModelChoiceFilter(
        label=gettext_lazy("AI influencer"), queryset=Character.objects.none(), empty_label=gettext_lazy("Everyone")
    )
    status = django_filters.ChoiceFilter(
        label=gettext_lazy("Status"), choices=Status.choices, empty_label=gettext_lazy("Any status")
    )

    q = django_filters.CharFilter(
        label=gettext_lazy("Words in the prompt"), max_length=200, widget=forms.TextInput(attrs={"type": "search"})
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
        return {"range": declared.pop("range"), **dates, **declared}


# Made once: a filter set makes a class of forms anew whenever it is asked for its form.
_FilterForm: type[forms.Form] = TimelineFilterSet(queryset=GenerationJob.objects.none()).get_form_class()


class FilterQuery:
    """The filters of a request's query: cleaned, with a notice for each value that couldn't be used."""

    def __init__(self, query: Mapping[str, Any], user: User) -> None:
        self.form = _FilterForm(query)
        # The person's own AI influencers, archived ones included: old items are for them.
        self._character.queryset = user.characters.by_name()
        self.form.is_valid()
        self.notices = list(self._unusable())
        self._ignored = set(self.form.errors)
        self.filters = self._filters(user.zone)

    def list_characters(self, characters: Iterable[tuple[str, str]]) -> None:
        """Has the form list these, id and name, rather than look them up."""
        self._character.widget.choices = [("", self._character.empty_label), *characters]

    @property
    def _character(self) -> Any:
        return self.form.fields["character"]

    @property
    def applied(self) -> dict[str, str]:
        """What of the query is in effect: an address made of it shows, or exports, the same."""
        query, fields = self.form.data, self.form.fields
        return {name: query[name] for name in fields if query.get(name) and name not in self._ignored}

    def _filters(self, zone: ZoneInfo) -> TimelineFilters:
        cleaned = self.form.cleaned_data
        character, status = cleaned.get("character"), cleaned.get("status")
        first, last = cleaned.get("from"), cleaned.get("to")
        if first and last and last < first:
            self.notices.append(_("The period ends before it begins, so its dates are ignored."))
            self._ignored |= {"from", "to"}
            first = last = None
        return TimelineFilters(
            range=DateRange(cleaned.get("range") or DateRange.ALL_TIME),
            first_day=first,
            last_day=last,
            type=Type(cleaned.get("type") or Type.ALL),
            character_id=character and character.pk,
            status=Status(status) if status else None,
            words=self._words(cleaned.get("q") or ""),
            zone=zone,
        )

    def _words(self, text: str) -> str:
        words = searched(text)
        if text and not words:
            self.notices.append(_("A search needs a word, so “%s” isn't applied.") % text)
            self._ignored.add("q")
        return words

    def _unusable(self) -> list[str]:
        return [
            _("“%(field)s” couldn't be read, so it isn't applied.") % {"field": self.form.fields[name].label}
            for name in self.form.errors
            if name in self.form.fields
        ]
