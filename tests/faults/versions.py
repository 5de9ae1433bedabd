"""The product as another commit has it, with processes of its own on a database that both versions share."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests import running
from tests.faults.patience import eventually


class NoSuchVersion(Exception):
    """The history isn't there, or not as far back: a shallow clone, an archive."""


class Version:
    """A tree of the product's code. What it runs is told the same as what the other version runs."""

    def __init__(self, code: Path, logs: Path, told: Mapping[str, str]) -> None:
        self._code, self._logs = code, logs
        self._told = {**told, "PYTHONPATH": str(code), "DJANGO_SETTINGS_MODULE": "activity_project.settings"}
        logs.mkdir()

    @classmethod
    def of_commit(cls, commit: str, folder: Path, told: Mapping[str, str]) -> "Version":
        """Raises NoSuchVersion."""
        code = folder / "code"
        code.mkdir(parents=True)
        archive = subprocess.run(["git", "archive", commit], cwd=running.ROOT, capture_output=True)  # noqa: S607
        if archive.returncode:
            raise NoSuchVersion(archive.stderr.decode())
        subprocess.run(["tar", "-x"], cwd=code, input=archive.stdout, check=True)  # noqa: S607
        return cls(code, folder / "logs", told)

    def run(self, *arguments: str) -> str:
        """A command of Python's to its end; what it said."""
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=self._code, env=self._told, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def serving(self) -> Iterator[str]:
        """A web server and a worker; gives the address."""
        port = running.free_port()
        address = f"http://127.0.0.1:{port}"
        web = ["-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "4", "--no-control-socket"]
        worker = ["-m", "celery", "-A", "activity_project", "worker", "--concurrency=1", "--without-mingle"]
        with (
            self._process([*web, "activity_project.wsgi"], "web.log"),
            self._process([*worker, "--without-gossip", "--loglevel=INFO"], "worker.log"),
        ):
            eventually(lambda: running.answers(address))
            eventually(lambda: " ready" in (self._logs / "worker.log").read_text())
            yield address

    @contextmanager
    def _process(self, command: list[str], log: str) -> Iterator[None]:
        with running.running_process(command, self._logs / log, self._told, folder=self._code):
            yield
