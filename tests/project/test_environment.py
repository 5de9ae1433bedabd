"""Readers of environment variables: every way to write an address, and clear words for what can't be read."""

import os
import subprocess
import sys
from pathlib import Path

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
        ("postgresql://me@/shop?host=/run/postgresql&port=6432", "/run/postgresql", "6432"),
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


@pytest.mark.parametrize("text", ["0", "11"])
def test_a_number_out_of_bounds_names_its_variable(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SOME_NUMBER", text)

    with pytest.raises(ImproperlyConfigured, match="SOME_NUMBER"):
        environment.integer("SOME_NUMBER", 5, least=1, most=10)


@pytest.mark.parametrize("url", ["https://api.example.com/v1", "http://images:8080/v1/"])
def test_a_web_address_is_read_without_its_last_slash(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("SOME_URL", url)

    assert environment.http_url("SOME_URL", "https://example.com") == url.rstrip("/")


@pytest.mark.parametrize("url", ["api.example.com/v1", "ftp://example.com", "https://"])
def test_what_is_no_web_address_names_its_variable(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("SOME_URL", url)

    with pytest.raises(ImproperlyConfigured, match="SOME_URL"):
        environment.http_url("SOME_URL", "https://example.com")


def test_a_missing_package_is_named_with_the_extra_that_brings_it() -> None:
    environment.required_package("pytest", extra="dev", why="it is here")

    with pytest.raises(ImproperlyConfigured, match="`frills`"):
        environment.required_package("no_such_package", extra="frills", why="of the test.")


def test_a_provider_without_its_key_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGE_PROVIDER", "openai")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    started = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=Path(__file__).parents[2], capture_output=True, text=True
    )

    assert started.returncode != 0
    assert "Set OPENAI_API_KEY: IMAGE_PROVIDER=openai" in started.stderr


def test_what_belongs_together_is_there_or_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.together("SOME_KEY", "SOME_SECRET", why="both are needed.") == ("", "")
    monkeypatch.setenv("SOME_KEY", "key")
    with pytest.raises(ImproperlyConfigured, match="SOME_KEY is set, but not SOME_SECRET: both are needed"):
        environment.together("SOME_KEY", "SOME_SECRET", why="both are needed.")
    monkeypatch.setenv("SOME_SECRET", "secret")
    assert environment.together("SOME_KEY", "SOME_SECRET", why="both are needed.") == ("key", "secret")


BAD_CONFIGURATIONS = {
    "STRIPE_SECRET_KEY is set, but not STRIPE_WEBHOOK_SECRET": {"STRIPE_SECRET_KEY": "a key"},
    "STRIPE_WEBHOOK_SECRET is set, but not STRIPE_SECRET_KEY": {"STRIPE_WEBHOOK_SECRET": "a secret"},
    "STRIPE_SECRET_KEY is a test key": {"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "a secret"},
    "but not PRINTIFY_WEBHOOK_SECRET": {"PRINTIFY_API_TOKEN": "token", "PRINTIFY_SHOP_ID": "1"},
    "but not PRINTIFY_API_TOKEN": {"PRINTIFY_SHOP_ID": "1", "PRINTIFY_WEBHOOK_SECRET": "secret"},
}


@pytest.mark.parametrize("reason", BAD_CONFIGURATIONS)
def test_keys_that_cannot_work_stop_the_start_and_say_why(reason: str) -> None:
    start = subprocess.run(
        [sys.executable, "-c", "from activity_project import settings"],
        env=os.environ | {"DEBUG": "", "SECRET_KEY": "x"} | BAD_CONFIGURATIONS[reason],
        capture_output=True,
        text=True,
    )

    assert start.returncode == 1
    assert reason in start.stderr


def test_a_secret_may_come_as_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from the file\n")
    monkeypatch.setenv("SOME_KEY_FILE", str(tmp_path / "key"))

    assert environment.required_text("SOME_KEY", why="it signs") == "from the file"

    monkeypatch.setenv("SOME_KEY", "itself")
    assert environment.text("SOME_KEY") == "itself"


def test_a_file_that_is_not_there_names_its_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOME_KEY_FILE", str(tmp_path / "nothing"))

    with pytest.raises(ImproperlyConfigured, match="SOME_KEY_FILE"):
        environment.text("SOME_KEY")
