"""The names and choices that the product's pages understand, as its code tells them."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import django_filters
from django import forms

APPS: Final = Path(__file__).parents[2] / "apps"
_READ: Final = re.compile(r"\b(?:GET|POST)(?:\.get|\.getlist)?[(\[]\s*\"([^\"]+)\"")
# Of parameters and fields, each with some values that would be understood.
Names = Mapping[str, tuple[str, ...]]
ORDINARY: Final = ("1", "3", "2026-11-01", "on", "all", "a quiet beach", "someone@example.com")


@cache
def names_of(app: str) -> Names:
    """The parameters and form fields of an app."""
    names: dict[str, tuple[str, ...]] = {"cursor": ORDINARY, "next": ("/activity/",), "page": ("2",)}
    for path in sorted((APPS / app).rglob("*.py")):
        text = path.read_text()
        names |= dict.fromkeys(_READ.findall(text), ORDINARY)
        if "Form" in text or "FilterSet" in text:
            names |= {name: _choices(field) for name, field in _fields(path, text)}
    return names


def _fields(path: Path, text: str) -> Iterator[tuple[str, Any]]:
    if "migrations" in path.parts:
        return
    module = import_module(".".join(path.relative_to(APPS.parent).with_suffix("").parts))
    for node in ast.walk(ast.parse(text)):
        kind = getattr(module, node.name, None) if isinstance(node, ast.ClassDef) else None
        if isinstance(kind, type) and issubclass(kind, forms.BaseForm):
            yield from getattr(kind, "base_fields", {}).items()
        elif isinstance(kind, type) and issubclass(kind, django_filters.FilterSet):
            yield from ((name, each.field) for name, each in getattr(kind, "base_filters", {}).items())


def _choices(field: Any) -> tuple[str, ...]:
    choices = getattr(field, "choices", None)
    if not isinstance(choices, list):
        return ORDINARY
    return (*(str(value) for value, _label in choices), *ORDINARY)
