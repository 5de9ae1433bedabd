"""What every template must keep to: the policy allows no inline script or style, and htmx may not evaluate anything."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

FOLDER = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
FORBIDDEN = {
    "an inline style": re.compile(r"""\sstyle\s*="""),
    "a style element": re.compile(r"<style"),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)"),
    "an event handler": re.compile(r"""\son[a-z]+\s*="""),
    "an htmx handler": re.compile(r"hx-on"),
    "an htmx filter": re.compile(r"""hx-trigger="[^"]*\["""),
    "another origin": re.compile(r"""(?:src|href|action)="(?:https?:)?//"""),
}
# A mail is read where no policy of ours holds and no style sheet is fetched.
FOR_PAGES = {"a style element"}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_loads(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_needs_nothing_that_the_policy_forbids(name: str) -> None:
    source = (FOLDER / name).read_text()
    found = {what for what, pattern in FORBIDDEN.items() if pattern.search(source)}
    assert found - (FOR_PAGES if name.startswith("mails/") else set()) == set()
