"""Form controls rendered without the template engine."""

from django import forms
from django.test.html import parse_html

from apps.common.controls import control, labelled


class Filters(forms.Form):
    kind = forms.ChoiceField(choices=[("", "All & more"), ("a", "A"), ("b", "<B>")], required=False)
    day = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text="Any day.")
    words = forms.CharField(max_length=20)


def assert_same_as_django(form: forms.Form) -> None:
    for field in form:
        assert parse_html(control(field)) == parse_html(str(field))


def test_an_empty_form_has_djangos_own_controls() -> None:
    assert_same_as_django(Filters())


def test_a_filled_form_has_djangos_own_controls() -> None:
    assert_same_as_django(Filters({"kind": "b", "day": "2026-11-21", "words": '"quoted" & <tagged>'}))


def test_a_form_with_errors_has_djangos_own_controls() -> None:
    form = Filters({"kind": "unknown", "day": "tomorrow", "words": ""})
    form.is_valid()
    assert_same_as_django(form)


def test_what_someone_typed_stays_text() -> None:
    assert "<script>" not in control(Filters({"words": "<script>"})["words"])


def test_a_label_stands_before_its_control() -> None:
    field = Filters()["day"]
    assert parse_html(labelled(field)) == parse_html(f'<label for="id_day">Day</label>\n{field}')
