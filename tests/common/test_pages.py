"""Whole pages, and the parts that elements ask for."""

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from apps.common.pages import partial_asked_for


def asked(**headers: str) -> HttpRequest:
    return RequestFactory().get("/activity/", headers=headers)


def test_an_element_is_given_the_partial_of_its_name() -> None:
    assert partial_asked_for(asked(**{"HX-Target": "timeline"})) == "timeline"


def test_a_browser_is_given_the_whole_page() -> None:
    assert partial_asked_for(asked()) == ""


def test_a_browser_that_goes_back_is_given_the_whole_page() -> None:
    assert partial_asked_for(asked(**{"HX-Target": "timeline", "HX-History-Restore-Request": "true"})) == ""


@pytest.mark.parametrize("name", ["../base", "a#b", "A", "1", "-a", "a" * 42, "a b", "a\n", "é"])
def test_what_is_no_partials_name_asks_for_the_whole_page(name: str) -> None:
    request = asked()
    request.META["HTTP_HX_TARGET"] = name

    assert partial_asked_for(request) == ""
