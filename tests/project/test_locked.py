"""What is installed is what was locked: every package by its hash, and every package that the project asks for."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME: list[str] = PROJECT["project"]["dependencies"]
GROUPS: dict[str, list[str]] = PROJECT["dependency-groups"]
LOCKS = {
    "requirements.txt": RUNTIME,
    "requirements-dev.txt": [*RUNTIME, *(each for group in GROUPS.values() for each in group)],
}
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
locks = pytest.mark.parametrize("name", LOCKS)


def locked(name: str) -> dict[str, list[tuple[Requirement, str]]]:
    """The entries of a lock by their package's name, each with what follows it; one a platform or Python."""
    found: dict[str, list[tuple[Requirement, str]]] = {}
    for entry in (ROOT / name).read_text().replace("\\\n", " ").splitlines():
        if entry.strip() and not entry.startswith("#"):
            asked, *rest = entry.split(" --hash=", 1)
            requirement = Requirement(asked.strip())
            found.setdefault(canonicalize_name(requirement.name), []).append((requirement, "".join(rest)))
    return found


@locks
def test_every_package_is_locked_to_one_version_by_its_hashes(name: str) -> None:
    for entries in locked(name).values():
        for requirement, hashes in entries:
            assert [each.operator for each in requirement.specifier] == ["=="], requirement
            assert _HASH.search(f"--hash={hashes}"), requirement
            assert requirement.url is None


@locks
def test_the_lock_has_what_the_project_asks_for(name: str) -> None:
    entries = locked(name)
    for asked in map(Requirement, LOCKS[name]):
        versions = [next(iter(each.specifier)).version for each, _ in entries[canonicalize_name(asked.name)]]
        assert versions, asked
        assert all(asked.specifier.contains(version, prereleases=True) for version in versions), asked


@locks
def test_a_lock_names_no_place_to_fetch_from(name: str) -> None:
    assert not re.search(r"://|--(extra-)?index-url|--find-links", (ROOT / name).read_text())
