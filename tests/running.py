"""The product's own processes against the test database: what the browser and the fault tests are about."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

from tests.project.machine import children

ROOT = Path(__file__).parent.parent
PATIENCE_S = 60.0
SESSION_COOKIE = "sessionid"  # as the product calls it where DEBUG is on


def environment(**changes: str) -> dict[str, str]:
    """What a process is told that shall work on the test database."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    ours = {"DATABASE_URL": database, "MEDIA_ROOT": str(settings.MEDIA_ROOT), "DEBUG": "1", "SANDBOX": "0"}
    return os.environ | ours | changes


class Web(NamedTuple):
    """A web server: its address, without a slash at the end, and the process that looks after its workers."""

    address: str
    process: subprocess.Popen[bytes]

    def kill_workers(self) -> None:
        """Those that answer, with no time to say anything; others are started in their place."""
        for worker in children(self.process.pid):
            os.kill(worker, signal.SIGKILL)


@contextmanager
def web(log: Path, environment: Mapping[str, str], port: int = 0) -> Iterator[str]:
    """A web server, on any port where none is given; gives its address, without a slash at the end."""
    with web_server(log, environment, port) as server:
        yield server.address


@contextmanager
def web_server(log: Path, environment: Mapping[str, str], port: int = 0) -> Iterator[Web]:
    """The same, for those who mean it harm."""
    port = port or free_port()
    command = [
        "gunicorn",
        "--bind",
        f"127.0.0.1:{port}",
        "--threads",
        "4",
        "--no-control-socket",
        "activity_project.wsgi",
    ]
    with running_process(["-m", *command], log, environment) as process:
        address = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(address), f"the web server answers (see {log})")
        yield Web(address, process)


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def sandbox_loop(log: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """What keeps the sandbox's appointments and posts its webhooks; gives its process."""
    with running_process([str(ROOT / "manage.py"), "run_sandbox"], log, environment) as process:
        yield process


@contextmanager
def worker(log: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker with one process in its pool; gives its process, which leads a group of its own."""
    with _starting_worker(log, environment) as process:
        _wait_for_worker(log)
        yield process


@contextmanager
def web_and_worker(folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Both, started side by side, with their logs in the folder; gives the web server's address.

    They are killed at the end: how they end when they are asked to is what other tests are about, and takes seconds.
    """
    log = folder / "worker.log"
    with _starting_worker(log, environment) as worker, web_server(folder / "web.log", environment) as server:
        _wait_for_worker(log)
        yield server.address
        kill(worker)
        kill(server.process)


@contextmanager
def _starting_worker(log: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = ["celery", "-A", "activity_project", "worker", "--concurrency=1", "--loglevel=INFO"]
    alone = ["--without-mingle", "--without-gossip"]
    # The tests' own process has run Django's checks: they take a third of a worker's start.
    with running_process(["-m", *command, *alone], log, {**environment, "CELERY_SKIP_CHECKS": "1"}) as process:
        yield process


def _wait_for_worker(log: Path) -> None:
    wait_until(lambda: " ready" in log.read_text(), f"the worker is ready (see {log})")


@contextmanager
def beat(log: Path, environment: Mapping[str, str], schedule: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Celery's clock; gives its process."""
    command = ["-m", "celery", "-A", "activity_project", "beat", f"--schedule={schedule}", "--pidfile="]
    with running_process(command, log, environment) as process:
        yield process


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kills the process and its children outright, as a power cut would."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Asks again and again until the condition holds; fails loudly after a minute."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"In vain waited until {what}.")
        time.sleep(0.05)


@contextmanager
def running_process(
    command: list[str], log: Path, env: Mapping[str, str], *, folder: Path = ROOT
) -> Iterator[subprocess.Popen[bytes]]:
    """Python with these arguments, in a process group of its own, ended with the block."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=folder, env=env, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                kill(process)


def answers(address: str) -> bool:
    """Whether a web server says that it is up."""
    browser = http.client.HTTPConnection(urlsplit(address).netloc, timeout=5)
    try:
        browser.request("GET", "/healthz")
        return browser.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        browser.close()
