"""The form for what a person can set for themselves."""

from zoneinfo import available_timezones

from django import forms

from apps.accounts.models import User


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
