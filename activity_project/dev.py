"""`manage.py dev`: the whole product on this machine, in one command, until Ctrl-C."""

from __future__ import annotations

import argparse
import http.client
import os
import shutil
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.utils.autoreload import DJANGO_AUTORELOAD_ENV

from activity_project import embedded, sandbox
from activity_project import environment as variables
from activity_project.embedded import session
from activity_project.failures import CannotStart, describe, explained
from activity_project.first_run import DatabaseNotes
from activity_project.processes import SUPERVISOR_VARIABLE, Program
from activity_project.supervision.children import Service
from activity_project.supervision.console import Console
from activity_project.supervision.supervisor import Stopped, Supervisor

HOST = "127.0.0.1"
DESCRIPTION = """\
Runs the whole product on this machine: PostgreSQL and a broker of its own (unless DATABASE_URL and
REDIS_URL name others), the web server, a Celery worker and its schedule. The first start fills the
new database with demo data. Without keys of payment, print and mail providers a sandbox takes their
place. Ctrl-C stops everything. Data and logs are in .data/."""
# Serve at once, reloader included, and without a word on production.
RUNSERVER = {DJANGO_AUTORELOAD_ENV: "true", "DJANGO_RUNSERVER_HIDE_WARNING": "true"}
# How Django's reloader tells its parent that code has changed.
RELOADER_STATUS = 3
# Celery's words to whom it may concern; on a machine of one's own it is no news.
ROOT_WARNING = "ignore:You're running the worker with superuser privileges"


def main(arguments: list[str]) -> int:
    """Run until asked to stop. Returns the exit status. Raises CannotStart."""
    options = _parser().parse_args(arguments)
    data_dir = embedded.data_dir()
    with suppress(Stopped), explained("Running here"), session.ownership(data_dir, "dev"):
        check_port(options.port)
        has_sandbox = wants_sandbox()
        if options.reset:
            empty(data_dir)
        Development(data_dir, options.port, has_sandbox=has_sandbox).run(demo=not options.no_demo)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="manage.py dev", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=_port, default=8000, help="where the web server listens (default: 8000)")
    parser.add_argument("--no-demo", action="store_true", help="leave a new database without demo data")
    parser.add_argument("--reset", action="store_true", help="first delete everything in .data/, without asking")
    return parser


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65_536:
        raise argparse.ArgumentTypeError(f"{text} is no port; give a number from 1 to 65535")
    return int(text)


def check_port(port: int) -> None:
    """Raise CannotStart unless a server can listen there."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            raise CannotStart(f"Port {port} can't be used ({describe(error)}); choose another with --port.") from None


def wants_sandbox() -> bool:
    """Whether stand-ins take the providers' place. Raises CannotStart where only some of the keys are given."""
    try:
        return sandbox.is_on(debug=variables.flag("DEBUG", default=True))
    except ImproperlyConfigured as error:
        raise CannotStart(str(error)) from None


def empty(data_dir: Path) -> None:
    """Delete all data but the locks, one of which we hold. Raises CannotStart where the database is elsewhere."""
    if os.environ.get("DATABASE_URL"):
        raise CannotStart("--reset deletes only what is in .data/, and DATABASE_URL names another database: unset it.")
    for path in data_dir.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.suffix != ".lock":
            path.unlink()


@dataclass(frozen=True)
class Development:
    """The programs that make up the product, and the order they come up in."""

    data_dir: Path
    port: int
    has_sandbox: bool = field(kw_only=True)
    console: Console = field(default_factory=Console)

    def run(self, *, demo: bool) -> NoReturn:
        """Bring everything up and keep it so until somebody asks to stop, which raises Stopped."""
        supervisor = Supervisor(self.console)
        with supervisor.stopping_on_signals(), supervisor:
            servers = session.needed(os.environ, self.data_dir)
            supervisor.wait_until_ready(supervisor.start(*map(session.service, servers)))
            notes = DatabaseNotes(self.data_dir, self.environment["DATABASE_URL"])
            self._migrate(supervisor, notes)
            web = Service(self.web, self._is_serving, restart_status=RELOADER_STATUS)
            programs = supervisor.start(web)
            supervisor.wait_until_ready(programs)
            supervisor.start(*(Service(program, follows="web") for program in self.followers), beside=programs)
            if notes.lacks_demo():
                self._seed(supervisor, notes, wanted=demo)
            self.console.paragraph("\n".join(self._greeting(notes)))
            supervisor.serve()

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://{HOST}:{self.port}/"

    @property
    def environment(self) -> dict[str, str]:
        """What our children are told: all there is to know, so that none looks for servers itself."""
        defaults = {
            "DEBUG": "1",
            "DATABASE_URL": embedded.database_url(self.data_dir),
            "REDIS_URL": embedded.broker_url(self.data_dir),
            "SITE_URL": self.address.rstrip("/"),
        }
        given = {name: value for name, value in os.environ.items() if value}
        ours = {
            "ACTIVITY_DATA_DIR": str(self.data_dir),
            "PYTHONUNBUFFERED": "1",
            SUPERVISOR_VARIABLE: str(os.getpid()),
            "SANDBOX_ADDRESS": self.address.rstrip("/"),
        }
        return defaults | given | ours

    @property
    def web(self) -> Program:
        """Django's own server, without the parent that its reloader would have: that is our part."""
        serving = self._manage("web", "runserver", f"{HOST}:{self.port}")
        return replace(serving, environment={**self.environment, **RUNSERVER})

    @property
    def followers(self) -> list[Program]:
        """What runs beside the web server, with the same code."""
        return [self.worker, self.beat, *[self._manage("sandbox", "run_sandbox")] * self.has_sandbox]

    @property
    def worker(self) -> Program:
        """The Celery worker, with as many processes as it takes to see two things happen at once."""
        return self._celery(
            "worker", "worker", "--concurrency=2", "--loglevel=INFO", "--without-gossip", "--without-mingle"
        )

    @property
    def beat(self) -> Program:
        """Celery's clock. It keeps no process id: a stale one would keep it from starting."""
        schedule = self.data_dir / "dev" / "beat-schedule"
        return self._celery("beat", "beat", "--loglevel=WARNING", f"--schedule={schedule}", "--pidfile=")

    def _greeting(self, notes: DatabaseNotes) -> list[str]:
        sandbox_page = f"Payments, print orders and mail go no further than {self.address}sandbox/"
        return [
            f"Activity is running at {self.address}",
            *notes.sign_ins().splitlines(),
            *[sandbox_page] * self.has_sandbox,
            "Ctrl-C stops it.",
        ]

    def _manage(self, name: str, *arguments: str) -> Program:
        return self._python(name, str(embedded.PROJECT / "manage.py"), *arguments)

    def _celery(self, name: str, *arguments: str) -> Program:
        return self._python(name, "-W", ROOT_WARNING, "-m", "celery", "--quiet", "--app=activity_project", *arguments)

    def _python(self, name: str, *arguments: str) -> Program:
        return Program(name, [sys.executable, *arguments], embedded.PROJECT, self.environment)

    def _migrate(self, supervisor: Supervisor, notes: DatabaseNotes) -> None:
        """Apply migrations where there may be new ones; in a database of others', always look."""
        notes.open()
        if notes.is_migrated() and not os.environ.get("DATABASE_URL"):
            return
        if supervisor.run(self._manage("migrate", "migrate", "--no-input", "--verbosity=0")):
            raise CannotStart("The database could not be migrated (see above).")
        notes.note_migrated()

    def _seed(self, supervisor: Supervisor, notes: DatabaseNotes, *, wanted: bool) -> None:
        """Make the demo data. A failure is said and tried again next time; the product runs without."""
        if not wanted:
            notes.note_demo()
            return
        self.console.line("demo", f"filling the new database; {self.address} is there already")
        if supervisor.run(self._manage("demo", "seed_demo")):
            self.console.line("demo", "no demo data this time (see above); the next start tries again")
        else:
            told = self._manage("demo", "seed_demo", "--sign-ins").run()
            notes.note_demo(told.stdout if told.returncode == 0 else "")

    def _is_serving(self, process: int) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True
