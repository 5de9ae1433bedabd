"""Where the sandbox is: on a development machine without keys, and nowhere else."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from activity_project.embedded import PROJECT

FACTS = """
import json, django
django.setup()
from django.conf import settings
from django.urls import NoReverseMatch, Resolver404, resolve
def found(path):
    try:
        return bool(resolve(path))
    except Resolver404:
        return False
print(json.dumps({
    "sandbox": settings.SANDBOX,
    "installed": "apps.sandbox" in settings.INSTALLED_APPS,
    "page": found("/sandbox/"), "api": found("/sandbox/stripe/v1/refunds"),
    "stripe": [getattr(settings, f"STRIPE_{name}", "") for name in ("API_BASE", "SECRET_KEY", "WEBHOOK_SECRET")],
    "mail": settings.EMAIL_BACKEND,
}))
"""
GONE = {"sandbox": False, "installed": False, "page": False, "api": False}
REAL = {
    "STRIPE_SECRET_KEY": "sk_test_real",
    "STRIPE_WEBHOOK_SECRET": "whsec_real",
    "PRINTIFY_API_TOKEN": "token",
    "PRINTIFY_SHOP_ID": "1",
    "PRINTIFY_WEBHOOK_SECRET": "secret",
}


def start(data_dir: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """A process that loads the settings and tells what it found."""
    ours = {"DJANGO_SETTINGS_MODULE": "activity_project.settings", "ACTIVITY_DATA_DIR": str(data_dir), "SANDBOX": ""}
    command = [sys.executable, "-c", FACTS]
    return subprocess.run(command, cwd=PROJECT, env=os.environ | ours | given, capture_output=True, text=True)


def facts(data_dir: Path, **given: str) -> dict[str, Any]:
    told = start(data_dir, **given)
    assert told.returncode == 0, told.stderr
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def test_it_is_there_in_development_without_keys(tmp_path: Path) -> None:
    found = facts(tmp_path, DEBUG="1")

    assert (found["sandbox"], found["installed"], found["page"], found["api"]) == (True, True, True, True)
    assert found["stripe"][0] == "http://127.0.0.1:8000/sandbox/stripe"
    assert found["mail"] == "anymail.backends.postmark.EmailBackend"


def test_it_is_nowhere_with_debug_off(tmp_path: Path) -> None:
    assert GONE.items() <= facts(tmp_path, DEBUG="0", SECRET_KEY="production").items()
    assert not list(tmp_path.iterdir())


def test_it_is_nowhere_with_real_keys(tmp_path: Path) -> None:
    found = facts(tmp_path, DEBUG="1", **REAL)

    assert GONE.items() <= found.items()
    assert "sandbox" not in found["stripe"][0]
    assert not list(tmp_path.iterdir())


def test_its_keys_are_this_installations_own_and_stay(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    first, again, elsewhere = (facts(folder, DEBUG="1")["stripe"] for folder in (here, here, there))

    assert first == again
    assert not set(first[1:]) & set(elsewhere[1:])
    assert (here / "sandbox.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (
            {"DEBUG": "1", "PRINTIFY_API_BASE": "http://127.0.0.1:1"},
            "PRINTIFY_API_BASE is set and STRIPE_SECRET_KEY isn't",
        ),
        ({"DEBUG": "1", **REAL, "SANDBOX": "1"}, "SANDBOX is on and STRIPE_SECRET_KEY is set"),
        ({"DEBUG": "0", "SANDBOX": "1"}, "SANDBOX is on and DEBUG isn't"),
    ],
)
def test_a_bad_mixture_stops_the_start_in_words(tmp_path: Path, given: dict[str, str], reason: str) -> None:
    refused = start(tmp_path, **given)

    assert refused.returncode == 1
    assert reason in refused.stderr
