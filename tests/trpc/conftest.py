"""tRPC's published client, from npm, in a process of its own."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from apps.generations import operations
from tests import running
from tests.conftest import empty_database
from tests.factories import UserFactory, issued, on_plan, wish

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Spoken:
    """What came of some calls: the HTTP requests that were made, and each call's data or error."""

    requests: list[dict[str, Any]]
    results: list[dict[str, Any]]


@dataclass(frozen=True)
class Client:
    """The published client, speaking to a running server with a token."""

    folder: Path
    url: str
    token: str

    def calls(self, *calls: tuple[str, Any], **how: Any) -> Spoken:
        """Makes the calls at once; ``how`` says batch, post, encodedTwice, or another token."""
        asked = {"url": self.url, "token": self.token, "calls": calls, **how}
        command = ["node", "call.mjs"]
        process = subprocess.run(
            command, cwd=self.folder, input=json.dumps(asked), capture_output=True, text=True, timeout=60
        )
        assert process.returncode == 0, process.stderr
        return Spoken(**json.loads(process.stdout))


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the client in it; without node, npm or a registry the tests are skipped, and say so."""
    npm = shutil.which("npm")
    if not (npm and shutil.which("node")):
        pytest.skip("no node and npm found: install Debian's packages nodejs and npm")
    folder = tmp_path_factory.mktemp("trpc")
    for name in ("package.json", "call.mjs"):
        shutil.copy(HERE / name, folder)
    quietly = ["--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps"]
    run = subprocess.run([npm, "install", *quietly], cwd=folder, capture_output=True, text=True, timeout=300)
    if run.returncode:
        pytest.skip(f"npm could not fetch tRPC's client: {run.stderr.strip()[-200:]}")
    return folder


@pytest.fixture(scope="package")
def client(
    installed: Path,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Client]:
    """The client, with the token of someone who has asked for six images: thirteen items of activity."""
    with django_db_blocker.unblock():
        owner = on_plan(UserFactory.create())
        for _ in range(6):
            operations.request(user=owner, wish=wish())
        log = tmp_path_factory.mktemp("web") / "web.log"
        with running.web(log, running.environment()) as address:
            yield Client(installed, f"{address}/trpc", issued(owner).secret)
        empty_database()
