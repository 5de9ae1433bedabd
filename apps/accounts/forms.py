"""The forms of the account page: what a person can set, and tokens for their programs."""

from datetime import timedelta
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.accounts.models import ApiToken, User
from apps.accounts.scopes import Scope


def _zones() -> list[tuple[str, str]]:
    """Zones named by place; the abbreviations and old aliases help nobody choose."""
    places = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places)]


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    """The time zone in which days begin and hours are read."""

    time_zone = forms.ChoiceField(choices=_zones)

    class Meta:
        model = User
        fields = ("time_zone",)


def _lifetimes() -> list[tuple[str, str]]:
    days = [(str(n), ngettext("%d day", "%d days", n) % n) for n in (30, 90, 365)]
    return [*days, ("", str(_("No end")))]


class TokenForm(forms.Form):
    """A token's name, what it may do, and for how long."""

    name = forms.CharField(
        label=_("Name"),
        max_length=ApiToken._meta.get_field("name").max_length,
        help_text=_("What will use it, so that you know it again."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple, initial=[Scope.ACTIVITY_READ]
    )
    days = forms.ChoiceField(
        label=_("It works for"), choices=_lifetimes, widget=forms.RadioSelect, required=False, initial="90"
    )

    @property
    def lifetime(self) -> timedelta | None:
        """How long the token works; null without an end."""
        days = self.cleaned_data["days"]
        return timedelta(days=int(days)) if days else None
