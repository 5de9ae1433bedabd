"""docker-compose.yml without a container engine: its very commands, environments and health checks, on this machine.

Paths of containers stand for folders of a test's; what the file takes from its surroundings (``${NAME}``) is given.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
_GIVEN = re.compile(r"\$\{(\w+)(?::[-?]([^}]*))?\}|\$(\$)")
# Where Debian has servers, beside what this interpreter's environment brings along.
_PROGRAMS = f"{Path(sys.executable).parent}:{os.defpath}:/usr/sbin:/usr/local/sbin"
# What the image says of its own.
_IN_IMAGE = {"STATIC_ROOT": "/app/staticfiles", "MEDIA_ROOT": "/data/media", "ACTIVITY_DATA_DIR": "/data"}
END_WITHIN_S = 60


def services() -> dict[str, dict[str, Any]]:
    """Each service by its name, as the file has it."""
    found: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return found


def has_program(name: str) -> bool:
    """Whether this machine has what a container would bring along."""
    return shutil.which(name, path=_PROGRAMS) is not None


class Composition:
    """The file's services, with ``places`` for its paths.

    ``given`` is what .env would say; ``servers`` are the addresses of those that run already.
    """

    def __init__(self, places: Mapping[str, Path], given: Mapping[str, str], servers: Mapping[str, str]) -> None:
        self._services = services()
        self._places, self._given, self._servers = places, given, servers

    def placed(self, text: str) -> str:
        """A text in which the containers' paths are this machine's."""
        for inside, here in self._places.items():
            text = text.replace(inside, str(here))
        return text

    def command(self, service: str) -> list[str]:
        """What the service runs: its own command, else that of the image."""
        words = self._services[service].get("command") or _command_of_image()
        return [self._told(word) for word in words]

    def environment(self, service: str) -> dict[str, str]:
        """What its processes see: nothing of ours, but where programs are."""
        base = {"PATH": _PROGRAMS, "HOSTNAME": socket.gethostname()}
        if "environment" not in self._services[service]:
            return base
        told = {name: self._told(str(value)) for name, value in self._services[service]["environment"].items()}
        image = {name: self.placed(path) for name, path in _IN_IMAGE.items()}
        return base | image | dict(self._given) | told | dict(self._servers)

    def run(self, service: str) -> None:
        """Runs a service that ends by itself. Raises where it fails."""
        subprocess.run(self.command(service), cwd=ROOT, env=self.environment(service), check=True, timeout=END_WITHIN_S)

    @contextmanager
    def running(self, service: str, log: Path) -> Iterator["Running"]:
        """The service until the block ends, or until it is stopped."""
        with log.open("ab") as output:
            process = subprocess.Popen(
                self.command(service),
                cwd=ROOT,
                env=self.environment(service),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        running = Running(self, service, process)
        try:
            yield running
        finally:
            running.kill()

    def is_healthy(self, service: str) -> bool:
        """What its health check says."""
        kind, *words = self._services[service]["healthcheck"]["test"]
        command = words if kind == "CMD" else ["/bin/sh", "-c", *words]
        asked = [self._told(word) for word in command]
        environment = self.environment(service)
        return (
            subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True, timeout=END_WITHIN_S).returncode == 0
        )

    def stop_signal(self, service: str) -> signal.Signals:
        """How the engine asks it to end."""
        return signal.Signals[self._services[service].get("stop_signal", "SIGTERM")]

    def _told(self, text: str) -> str:
        def given(found: re.Match[str]) -> str:
            name, otherwise, dollar = found.groups()
            return dollar or self._given.get(name) or otherwise or ""

        return self.placed(_GIVEN.sub(given, text))


class Running:
    """A service's process."""

    def __init__(self, composition: Composition, service: str, process: subprocess.Popen[bytes]) -> None:
        self._composition, self._service, self._process = composition, service, process

    def stop(self) -> int:
        """Asks it to end as the engine does; its exit status, once it has."""
        self._process.send_signal(self._composition.stop_signal(self._service))
        return self._process.wait(END_WITHIN_S)

    def kill(self) -> None:
        """With all that it started, if it still runs."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def _command_of_image() -> list[str]:
    commands = re.findall(r"^CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    words: list[str] = json.loads(commands[-1])
    return words
