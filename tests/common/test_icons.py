"""Icons, and the tags that place them."""

import pytest
from django.template import Context, Engine, TemplateSyntaxError
from lucide import IconDoesNotExist

from apps.common.icons import icon, icon_sprite, icon_use

ENGINE = Engine(builtins=["apps.common.templatetags.activity"])


def rendered(source: str, **context: object) -> str:
    return ENGINE.from_string(source).render(Context(context))


def test_an_icon_is_hidden_from_screen_readers() -> None:
    assert icon("coins").startswith('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path ')


def test_an_unknown_icon_names_itself() -> None:
    with pytest.raises(IconDoesNotExist, match="no-such-icon"):
        icon("no-such-icon")


def test_the_sprite_holds_what_its_references_point_to() -> None:
    assert '<symbol id="icon-coins"' in icon_sprite("coins", "images")
    assert icon_use("coins") == '<svg class="icon" aria-hidden="true"><use href="#icon-coins"/></svg>'


def test_a_reference_takes_no_markup() -> None:
    with pytest.raises(ValueError, match="icon"):
        icon_use('"><script>')


def test_a_literal_icon_is_drawn_when_the_template_is_loaded() -> None:
    assert rendered('{% icon "coins" %}') == icon("coins")


def test_an_icon_may_be_named_by_a_variable() -> None:
    assert rendered("{% icon name %}", name="coins") == icon("coins")


def test_an_icon_without_a_name_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="one argument"):
        rendered("{% icon %}")


def test_the_sprite_tag_draws_the_icons_it_is_given() -> None:
    assert rendered("{% icon_sprite names %}", names=("coins", "images", "coins")) == icon_sprite("coins", "images")
    assert rendered("{% icon_use name %}", name="coins") == icon_use("coins")
