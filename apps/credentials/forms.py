"""The forms of issuers and holders."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.common.days import beginning_of, end_of
from apps.credentials.event_types import EventType
from apps.credentials.filters import ActivityFilters
from apps.credentials.models import Boost, Integration, Profile
from apps.credentials.profiles import profile_by_handle
from apps.credentials.recipients import MOST_CHARACTERS

_MOMENT = timedelta(microseconds=1)


class _DayField(forms.DateField):
    """A day, or none."""

    def __init__(self, *, label: Any) -> None:
        within = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 1, 1))]
        widget = forms.DateInput(attrs={"type": "date"})
        super().__init__(label=label, required=False, widget=widget, validators=within)


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """How an issuer or holder is called."""

    class Meta:
        model = Profile
        fields = ("display_name", "handle")
        labels = {"display_name": _("Name"), "handle": _("Handle")}  # noqa: RUF012  # Django's own form of it
        help_texts = {  # noqa: RUF012
            "display_name": _("Stands on every credential that you issue."),
            "handle": _("Small letters, figures and hyphens, at least three. Others send to it; it can't be changed."),
        }


class NameForm(forms.Form):
    """A holder's name, asked for when the first credential is claimed."""

    name = forms.CharField(label=_("Your name"), max_length=100, help_text=_("Whoever issued it sees who claimed."))


class BoostForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a boost attests."""

    class Meta:
        model = Boost
        fields = ("name", "category", "description", "criteria")


class IntegrationForm(forms.Form):
    """An app to attribute issuances to."""

    name = forms.CharField(label=_("Name"), max_length=100)


class IssueForm(forms.Form):
    """Whom a boost goes to."""

    recipient = forms.CharField(
        label=_("Recipient"),
        max_length=MOST_CHARACTERS,
        help_text=_("A handle, an e-mail address, or a phone number with its country code."),
    )
    integration = forms.ModelChoiceField(
        label=_("Attributed to"), queryset=Integration.objects.none(), required=False, empty_label=_("No integration")
    )

    def __init__(self, issuer: Profile, data: Any = None) -> None:
        super().__init__(data)
        _choose_from(self, "integration", issuer.integrations.by_name())


def _lifetimes() -> list[tuple[str, str]]:
    return [(str(n), ngettext("%d day", "%d days", n) % n) for n in (7, 30, 90, 365)]


class ClaimLinkForm(forms.Form):
    """How long a claim link works, and how often."""

    days = forms.ChoiceField(label=_("It works for"), choices=_lifetimes, initial="30")
    uses = forms.IntegerField(label=_("How many may claim"), min_value=1, max_value=1_000_000, required=False)

    @property
    def lifetime(self) -> timedelta:
        return timedelta(days=int(self.cleaned_data["days"]))


class ActivityForm(forms.Form):
    """The filters of the dashboard, which its address carries."""

    status = forms.ChoiceField(label=_("Status"), choices=[("", _("Any status")), *EventType.choices], required=False)
    boost = forms.ModelChoiceField(
        label=_("Boost"), queryset=Boost.objects.none(), required=False, empty_label=_("All boosts")
    )
    integration = forms.ModelChoiceField(
        label=_("Integration"), queryset=Integration.objects.none(), required=False, empty_label=_("All integrations")
    )
    recipient = forms.CharField(label=_("Recipient"), max_length=MOST_CHARACTERS, required=False)
    first = _DayField(label=_("From"))
    last = _DayField(label=_("To"))

    def __init__(self, issuer: Profile, data: Any) -> None:
        super().__init__(data)
        _choose_from(self, "boost", issuer.boosts.newest_first())
        _choose_from(self, "integration", issuer.integrations.by_name())

    def filters(self, zone: ZoneInfo) -> ActivityFilters:
        """What of the address can be read; the rest is left out and named by ``unread``."""
        self.is_valid()
        asked = self.cleaned_data
        boost, integration = asked.get("boost"), asked.get("integration")
        first, last = asked.get("first"), asked.get("last")
        return ActivityFilters(
            event_type=EventType(asked["status"]) if asked.get("status") else None,
            boost_ids=(boost.pk,) if boost else None,
            integration_id=integration.pk if integration else None,
            recipient=(asked.get("recipient") or "").lower(),
            since=beginning_of(first, zone) if first else None,
            until=end_of(last, zone) - _MOMENT if last else None,
        )

    @property
    def unread(self) -> list[str]:
        """The labels of what couldn't be read."""
        return [str(self.fields[name].label) for name in self.errors if name in self.fields]

    @property
    def applied(self) -> dict[str, str]:
        """What of the address is in effect."""
        return {name: self.data[name] for name in self.fields if self.data.get(name) and name not in self.errors}


class StaffForm(forms.Form):
    """The filters of the staff's page."""

    status = forms.ChoiceField(label=_("Event"), choices=[("", _("All events")), *EventType.choices], required=False)
    issuer = forms.CharField(label=_("Issuer’s handle"), max_length=40, required=False)

    @property
    def event_type(self) -> EventType | None:
        """The type that is asked for; null for all."""
        asked = self.cleaned_data.get("status") if self.is_valid() else ""
        return EventType(asked) if asked else None

    @property
    def issuer_profile(self) -> Profile | None:
        """The issuer who is asked for; null for all, and where nobody is called so."""
        return profile_by_handle(self.data.get("issuer", "").strip())

    def notices(self) -> list[str]:
        """What of the address can't be applied."""
        self.is_valid()
        unread = [str(self.fields[name].label) for name in self.errors if name in self.fields]
        if self.data.get("issuer") and self.issuer_profile is None:
            unread.append(str(self.fields["issuer"].label))
        return [gettext("“%(field)s” couldn't be read, so it isn't applied.") % {"field": label} for label in unread]

    @property
    def applied(self) -> dict[str, str]:
        """What of the address is in effect."""
        return {name: self.data[name] for name in self.fields if self.data.get(name)}


def _choose_from(form: forms.Form, name: str, rows: Any) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # both forms declare it so
    field.queryset = rows
