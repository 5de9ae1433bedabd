"""The forms for asking for images and for keeping AI influencers."""

from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.common.words import credits_word
from apps.generations import prompts
from apps.generations.characters import NameTaken, save
from apps.generations.models import Character, Prompt, Quality
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
    keeps_prompt = forms.BooleanField(required=False, label=gettext_lazy("Keep this prompt for use again"))
    kept_prompt = forms.ModelChoiceField(queryset=Prompt.objects.none(), required=False, widget=forms.HiddenInput)
    idempotency_key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user
        self.fields["character"].queryset = user.characters.available().by_name()  # type: ignore[attr-defined]
        self.fields["kept_prompt"].queryset = user.prompts.kept()  # type: ignore[attr-defined]
        self.fields["idempotency_key"].initial = _new_key

    def clean_keeps_prompt(self) -> bool:
        keeps: bool = self.cleaned_data["keeps_prompt"]
        if keeps and not prompts.has_room(self._user):
            raise ValidationError(_("You keep %d prompts already. Remove one of them first.") % prompts.MOST_KEPT)
        return keeps

    def wish(self) -> Wish:
        """What the cleaned form asks for. A kept prompt whose text was changed is one no longer."""
        names = ("prompt", "quality", "aspect_ratio", "image_count", "character", "keeps_prompt")
        asked = {name: self.cleaned_data[name] for name in names}
        kept = self.cleaned_data["kept_prompt"]
        return Wish(**asked, kept_prompt=kept if kept and kept.text == asked["prompt"] else None)

    def renew_key(self) -> None:
        """Makes what is sent next a request of its own, all else as it is."""
        self.data = {name: self.data[name] for name in self.data} | {"idempotency_key": _new_key()}


def _new_key() -> str:
    return f"form:{uuid4()}"


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
            raise ValidationError(_taken())
        return name

    def save_unless_taken(self) -> bool:
        """Writes it; false, with an error on the form, where someone took the name in this very moment."""
        try:
            save(self.instance)
        except NameTaken:
            self.add_error("name", _taken())
            return False
        return True


def _taken() -> str:
    return _("You have an AI influencer with this name already. Choose another name.")
