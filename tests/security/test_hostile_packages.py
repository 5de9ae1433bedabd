"""Hostile input on the pages that packages bring: signing in and up, second factors, the raw records."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from tests.addresses import of_accounts
from tests.security.asking import requests
from tests.security.examples import tried
from tests.security.harm import assert_harmless
from tests.security.words import ORDINARY, Names
from tests.stage import Stage, taken_back

ENTRANCES = [where for _name, where in of_accounts()]
# A path's own words, where it has some: something that would be understood.
WORDS = {"uidb36": "1", "key": "set-password"}
FIELDS: Names = {
    "login": ("owner@example.com", "nobody@example.com"),
    "email": ("owner@example.com", "new@example.com"),
    "password": ("correct horse battery",),
    "code": ("123456",),
    "next": ("/activity/",),
} | dict.fromkeys(
    (
        "password1", "password2", "oldpassword", "remember", "process", "key",
        "action_add", "action_primary", "action_send", "action_remove", "action",
    ),
    ORDINARY,
)  # fmt: skip

TABLES = sorted(admin.site._registry, key=lambda model: model._meta.label_lower)


def filled_in(where: str) -> str:
    """A path of the URL map with words in the places that it leaves open."""
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda place: WORDS[place[1]], where.replace("^", "").replace("$", ""))


@pytest.mark.parametrize("where", ENTRANCES)
@tried(times=10)
@given(data=st.data())
def test_no_input_breaks_the_entrances(where: str, data: DataObject, stage: Stage) -> None:
    asked = data.draw(requests(filled_in(where), FIELDS, methods=["GET", "POST", "POST"]))
    who = data.draw(st.sampled_from(["anonymous", "owner"]))

    with taken_back():
        browser = stage.browser(who)
        if data.draw(st.booleans()):
            TOTP.activate(stage.people["owner"], "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
            browser.post("/accounts/login/", {"login": "owner@example.com", "password": "correct horse battery"})
        answer = asked.sent_by(browser)

    assert_harmless(answer, asked)


def _records(model: type[Model]) -> list[str]:
    """The addresses of a table: its list, a new row, and all there is of one that it has."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    some = model._default_manager.first()
    key = str(some.pk) if some else "1"
    return [
        reverse(f"{name}_changelist"),
        reverse(f"{name}_add"),
        *(reverse(f"{name}_{what}", args=[key]) for what in ("change", "delete", "history")),
    ]


def _fields_of(model: type[Model]) -> Names:
    """What Django's own pages read, and filters by every column and by those of the tables it refers to."""
    columns = [field.name for field in model._meta.get_fields()]
    lookups = [f"{column}__{how}" for column in columns for how in ("exact", "isnull", "gte", "in", "password", "id")]
    own = ("q", "o", "p", "all", "e", "_popup", "_to_field", "_changelist_filters", "_facets", "_save", "action",
           "_selected_action", "select_across", "index", "post", "_continue", "_addanother", "_saveasnew")  # fmt: skip
    return dict.fromkeys((*own, *columns, *lookups), ORDINARY)


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model._meta.label_lower)
@tried(times=10)
@given(data=st.data())
def test_no_input_breaks_the_raw_records(model: type[Model], data: DataObject, stage: Stage) -> None:
    asked = data.draw(requests(data.draw(st.sampled_from(_records(model))), _fields_of(model), methods=["GET", "POST"]))

    with taken_back():
        answer = asked.sent_by(stage.browser("admin"))

    assert_harmless(answer, asked)


@pytest.mark.parametrize("name", ["index", "login", "logout", "autocomplete", "jsi18n", "password_change"])
@tried(times=10)
@given(data=st.data())
def test_no_input_breaks_what_the_records_have_in_common(name: str, data: DataObject, stage: Stage) -> None:
    labels = {"app_label": tuple(config.label for config in apps.get_app_configs())}
    fields: Names = labels | dict.fromkeys(("term", "model_name", "field_name", "next", "username"), ORDINARY)
    asked = data.draw(requests(reverse(f"admin:{name}"), fields, methods=["GET", "POST"]))

    with taken_back():
        answer = asked.sent_by(stage.browser("admin"))

    assert_harmless(answer, asked)
