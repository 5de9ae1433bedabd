"""Parts of templates that are rendered once and kept."""

from collections.abc import Iterator

import pytest
from django.template import Context, Engine, TemplateSyntaxError
from django.test import override_settings
from django.utils import translation

from apps.common.kept import MOST_KEPT

ENGINE = Engine(builtins=["apps.common.templatetags.activity"], libraries={"i18n": "django.templatetags.i18n"})


class Counter:
    """Says how often it was placed."""

    def __init__(self) -> None:
        self.count = 0

    def __str__(self) -> str:
        self.count += 1
        return str(self.count)


def test_content_is_rendered_once_for_each_value() -> None:
    counter = Counter()
    template = ENGINE.from_string("{% keep counter=counter name=name %}{{ name }} {{ counter }}{% endkeep %}")

    shown = [template.render(Context({"counter": counter, "name": name})) for name in ("a", "b", "a", "b")]

    assert shown == ["a 1", "b 2", "a 1", "b 2"]


def test_content_sees_only_what_is_named() -> None:
    template = ENGINE.from_string("{% keep a=a %}{{ a }}{{ user }}{% endkeep %}{{ user }}")
    assert template.render(Context({"a": 1, "user": "someone"})) == "1someone"


def test_a_value_is_escaped_as_anywhere() -> None:
    template = ENGINE.from_string("{% keep a=a %}{{ a }}{% endkeep %}")
    assert template.render(Context({"a": "<b>"})) == "&lt;b&gt;"


@pytest.fixture
def _german() -> Iterator[None]:
    with override_settings(LANGUAGES=[("en", "English"), ("de", "Deutsch")]):
        yield


@pytest.mark.usefixtures("_german")
def test_each_language_is_kept_apart() -> None:
    template = ENGINE.from_string("{% load i18n %}{% keep %}{% get_current_language as now %}{{ now }}{% endkeep %}")

    shown = []
    for language in ("en", "de", "en"):
        with translation.override(language):
            shown.append(template.render(Context()))

    assert shown == ["en", "de", "en"]


def test_no_more_is_kept_than_memory_is_meant_for() -> None:
    template = ENGINE.from_string("{% keep n=n %}{{ n }}{% endkeep %}")

    for n in range(MOST_KEPT + 2):
        template.render(Context({"n": n}))

    assert len(template.nodelist[0]._kept) <= MOST_KEPT  # type: ignore[attr-defined]


def test_a_block_inside_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="block"):
        ENGINE.from_string("{% keep %}{% block title %}{% endblock %}{% endkeep %}")


def test_an_argument_without_a_name_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="name=value"):
        ENGINE.from_string("{% keep user %}{% endkeep %}")
