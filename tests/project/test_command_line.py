"""Which commands start servers, and what they hand on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from activity_project.command_line import needs_servers
from activity_project.embedded import PROJECT


@pytest.mark.parametrize("words", ["migrate", "shell", "verify_ledger", "makemigrations --check", "dbshell"])
def test_servers_are_up_for_a_command_that_works_with_them(words: str) -> None:
    command, *options = words.split()
    assert needs_servers(command, options)


@pytest.mark.parametrize(
    "words", ["help", "--help", "version", "--version", "check", "collectstatic", "migrate --help"]
)
def test_no_server_is_started_for_a_command_that_needs_none(words: str) -> None:
    command, *options = words.split()
    assert not needs_servers(command, options)


def test_a_test_run_hands_on_its_options_and_its_status(tmp_path: Path) -> None:
    command = [sys.executable, str(PROJECT / "manage.py"), "test", "-q", "tests/project/none_such.py"]
    # With this run's servers, which it takes for its own: it has inherited the word that they are up.
    finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert finished.returncode == pytest.ExitCode.USAGE_ERROR
    assert "not found: tests/project/none_such.py" in finished.stderr
