"""The forms for asking for images and for keeping AI influencers."""

from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.common.words import credits_word
from apps.generations.models import Character, Quality
from apps.generations.operations import Wish
from apps.generations.pricing import CREDITS_PER_IMAGE, MAX_IMAGES
from apps.generations.providers.aspect_ratios import ASPECT_RATIOS


def _quality_choices() -> list[tuple[str, str]]:
    """Each quality with its price, so that the price is known without a script."""
    return [
        (
            quality.value,
            _("%(quality)s — %(price)s an image")
            % {"quality": quality.label, "price": credits_word(CREDITS_PER_IMAGE[quality])},
        )
        for quality in Quality
    ]


class GenerationForm(forms.Form):
    """What to generate. The hidden key makes a form that is sent twice one job."""

    character = forms.ModelChoiceField(
        queryset=Character.objects.none(),
        required=False,
        label=gettext_lazy("AI influencer"),
        empty_label=gettext_lazy("Nobody in particular"),
    )
    prompt = forms.CharField(
        max_length=4000, label=gettext_lazy("Prompt"), widget=forms.Textarea(attrs={"rows": 4, "autofocus": True})
    )
    quality = forms.ChoiceField(choices=_quality_choices, label=gettext_lazy("Quality"), initial=Quality.STANDARD)
    aspect_ratio = forms.ChoiceField(
        choices=[(ratio, ratio) for ratio in ASPECT_RATIOS], label=gettext_lazy("Aspect ratio"), initial="1:1"
    )
    image_count = forms.IntegerField(min_value=1, max_value=MAX_IMAGES, initial=1, label=gettext_lazy("Images"))
    idempotency_key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["character"].queryset = user.characters.available().by_name()  # type: ignore[attr-defined]
        self.fields["idempotency_key"].initial = lambda: f"form:{uuid4()}"

    def wish(self) -> Wish:
        """What the cleaned form asks for."""
        names = ("prompt", "quality", "aspect_ratio", "image_count", "character")
        return Wish(**{name: self.cleaned_data[name] for name in names})


class CharacterForm(forms.ModelForm):  # type: ignore[type-arg]
    """An AI influencer's name and looks. The name is the person's own and given once."""

    class Meta:
        model = Character
        fields = ("name", "description")
        widgets: ClassVar = {"description": forms.Textarea(attrs={"rows": 3})}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Character.objects.available().filter(user=self.instance.user, name__iexact=name)
        if others.exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("You have an AI influencer with this name already. Choose another name."))
        return name
