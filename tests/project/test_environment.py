"""Readers of environment variables: every way to write an address, and clear words for what can't be read."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from activity_project import environment


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("postgresql://me@localhost/shop", "localhost", ""),
        ("postgresql://me:p%40ss@db.example:5433/shop", "db.example", "5433"),
        ("postgresql://me:with:colon@db.example/shop", "db.example", ""),
        ("postgresql://me@[::1]:5432/shop", "::1", "5432"),
        ("postgresql://me@[::1]/shop", "::1", ""),
        ("postgresql://me@/shop?host=/run/postgresql", "/run/postgresql", ""),
    ],
)
def test_an_address_of_a_database_is_read(monkeypatch: pytest.MonkeyPatch, url: str, host: str, port: str) -> None:
    monkeypatch.setenv("SOME_URL", url)

    read = environment.postgres("SOME_URL", "")

    assert (read["HOST"], read["PORT"], read["NAME"], read["USER"]) == (host, port, "shop", "me")


@pytest.mark.parametrize("url", ["mysql://me@host/shop", "postgresql://me@host", "postgresql://me@host:five/shop"])
def test_an_address_that_is_none_names_its_variable(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("SOME_URL", url)

    with pytest.raises(ImproperlyConfigured, match="SOME_URL"):
        environment.postgres("SOME_URL", "")


@pytest.mark.parametrize(("text", "meant"), [("1", True), ("off", False), ("Yes", True), ("", False)])
def test_yes_and_no_can_be_written_in_several_ways(monkeypatch: pytest.MonkeyPatch, text: str, *, meant: bool) -> None:
    monkeypatch.setenv("SOME_FLAG", text)

    assert environment.flag("SOME_FLAG", default=False) is meant


def test_a_bad_number_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_NUMBER", "many")

    with pytest.raises(ImproperlyConfigured, match="SOME_NUMBER"):
        environment.integer("SOME_NUMBER", 1)
