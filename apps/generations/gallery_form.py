"""The gallery's filters: the form, and its cleaning into ``JobFilters``. The address carries them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.generations.filters import JobFilters
from apps.generations.models import Character, GenerationJob
from apps.generations.states import Status


class GalleryFilterSet(django_filters.FilterSet):  # type: ignore[misc]  # it has no types
    """The filters that the URL carries."""

    character = django_filters.ModelChoiceFilter(
        label=gettext_lazy("AI influencer"), queryset=Character.objects.none(), empty_label=gettext_lazy("Everyone")
    )
    status = django_filters.ChoiceFilter(
        label=gettext_lazy("Status"), choices=Status.choices, empty_label=gettext_lazy("Any status")
    )

    class Meta:
        model = GenerationJob
        fields: tuple[str, ...] = ()


# Made once: a filter set makes a class of forms anew whenever it is asked for its form.
_FilterForm: type[forms.Form] = GalleryFilterSet(queryset=GenerationJob.objects.none()).get_form_class()


class GalleryQuery:
    """The filters of a request's query: cleaned, with a notice for each value that couldn't be used."""

    def __init__(self, query: Mapping[str, Any], user: User) -> None:
        self.form = _FilterForm(query)
        # The person's own AI influencers, archived ones included: old generations are for them.
        self._character.queryset = user.characters.by_name()
        self.form.is_valid()
        self.notices = [_unusable(str(self.form.fields[name].label)) for name in self.form.errors]
        self.filters = self._filters()

    @property
    def query(self) -> str:
        """What is in effect, as the query of an address; empty where nothing is."""
        applied = {"character": self.filters.character_id, "status": self.filters.status}
        return urlencode({name: str(value) for name, value in applied.items() if value})

    @property
    def _character(self) -> Any:
        return self.form.fields["character"]

    def _filters(self) -> JobFilters:
        cleaned = self.form.cleaned_data
        character, status = cleaned.get("character"), cleaned.get("status")
        return JobFilters(character_id=character and character.pk, status=Status(status) if status else None)


def _unusable(label: str) -> str:
    return _("“%(field)s” couldn't be read, so it isn't applied.") % {"field": label}
