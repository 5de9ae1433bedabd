"""Which filters a person changed: those that differ from the page that the request comes from."""

from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django import forms
from django.core.exceptions import DisallowedHost, ValidationError
from django.db.models import Model
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve

from apps.activity.filters import DateRange, Type

CLEARED: Final = "cleared"
SET: Final = "set"

_LISTS = {"activity:timeline", "activity:item"}
_DEFAULTS = {"range": DateRange.ALL_TIME.value, "type": Type.ALL.value}
# Whatever else a person can type stays with us: only choices and days are named.
_NAMED = (forms.ChoiceField, forms.DateField)


def former_query(request: HttpRequest) -> QueryDict | None:
    """The query of the activity page that the request comes from; None where it comes from anywhere else."""
    came_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    with suppress(ValueError, Resolver404, DisallowedHost):
        address = urlsplit(came_from)
        if address.netloc == request.get_host() and resolve(address.path).view_name in _LISTS:
            return QueryDict(address.query)
    return None


def changed_filters(form: forms.Form, former: QueryDict) -> dict[str, str]:
    """The filters of a cleaned form that differ from ``former``, each with the word for what it is now.

    A choice or a day is its own word, a search is only ``set``, and what no longer filters is ``cleared``.
    """
    changed = {}
    for name, field in form.fields.items():
        value = _text(form.cleaned_data.get(name)) or _DEFAULTS.get(name, "")
        before = _text(_usable(field, former.get(name, ""))) or _DEFAULTS.get(name, "")
        if value != before:
            changed[name] = _word(field, value)
    return changed


def _usable(field: forms.Field, text: str) -> Any:
    """What the field made of the text; a row's id is only compared, so it isn't looked up."""
    with suppress(ValidationError, ValueError):
        return UUID(text) if isinstance(field, forms.ModelChoiceField) else field.clean(text)
    return None


def _text(value: Any) -> str:
    if isinstance(value, Model):
        return str(value.pk)
    return "" if value is None else str(value)


def _word(field: forms.Field, value: str) -> str:
    if not value:
        return CLEARED
    return value if isinstance(field, _NAMED) else SET
