"""What the address of a list asks for: cleaned, with a notice for each value that couldn't be used."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.common.days import beginning_of, end_of

MOST_WORDS = 6


def day_field(label: Any) -> forms.DateField:
    """A day that every zone has a beginning and an end of."""
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=[MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 1, 1))],
    )


def text_field(label: Any, *, longest: int) -> forms.CharField:
    """A field to search by."""
    attrs = {"type": "search", "autocomplete": "off"}
    return forms.CharField(label=label, required=False, max_length=longest, widget=forms.TextInput(attrs=attrs))


class ListForm(forms.Form):
    """The filters of a list that is in order of time. ``from`` is a word of Python's and can't be an attribute."""

    days: ClassVar = {"from": gettext_lazy("From"), "to": gettext_lazy("To")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {name: day_field(label) for name, label in self.days.items()}


class Asked:
    """The query of a request, read by a form."""

    def __init__(self, form: ListForm, zone: ZoneInfo) -> None:
        self.form, self.zone = form, zone
        self.form.is_valid()
        self.ignored = set(self.form.errors)
        self.notices = [self._unusable(name) for name in self.form.errors if name in self.form.fields]
        self.since, self.until = self._days()

    @property
    def applied(self) -> dict[str, str]:
        """What of the query is in effect: an address made of it shows, or exports, the same."""
        query, fields = self.form.data, self.form.fields
        return {name: query[name] for name in fields if query.get(name) and name not in self.ignored}

    def value(self, name: str) -> Any:
        """The cleaned value; null where none was given, or none that could be used."""
        return self.form.cleaned_data.get(name) or None

    def words(self, name: str) -> tuple[str, ...]:
        """The words of a text, and a notice where they are too many."""
        words = (self.value(name) or "").split()
        if len(words) > MOST_WORDS:
            self.notices.append(_("Only the first %d words are searched for.") % MOST_WORDS)
        return tuple(words[:MOST_WORDS])

    def _days(self) -> tuple[datetime | None, datetime | None]:
        first, last = self.value("from"), self.value("to")
        if first and last and last < first:
            self.notices.append(_("The dates end before they begin, so they are ignored."))
            self.ignored |= {"from", "to"}
            return None, None
        return first and beginning_of(first, self.zone), last and end_of(last, self.zone)

    def _unusable(self, name: str) -> str:
        return _("“%(field)s” couldn't be read, so it isn't applied.") % {"field": self.form.fields[name].label}


def address(path: str, applied: Mapping[str, str], **changes: str) -> str:
    """The path with these parameters; a change to nothing takes one away."""
    query = {name: value for name, value in {**applied, **changes}.items() if value}
    return f"{path}?{urlencode(query)}" if query else path
