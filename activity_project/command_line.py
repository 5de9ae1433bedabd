"""What `manage.py` does once the dependencies are there: `dev`, `test`, or a command of Django's.

A command that needs the database and is given no DATABASE_URL finds the embedded one up: that of
a running `dev`, or one of its own for as long as it takes.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
import threading
from collections.abc import Iterator
from typing import NoReturn

from django.core import management
from django.db import OperationalError
from django.utils.autoreload import BaseReloader, autoreload_started

from activity_project import dev, embedded, environment
from activity_project.embedded import installation, session
from activity_project.failures import CannotStart
from activity_project.first_run import DatabaseNotes
from activity_project.processes import die_with_parent, is_supervised

# Commands that touch neither database nor broker, whatever their options.
ALONE = frozenset(
    {"check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "help", "makemessages"}
    | {"startapp", "startproject", "version"}
)
# Commands that measure what production runs: with DEBUG off also on one's own machine.
MEASURING = frozenset({"bench"})
# How all tests are run, which is what no arguments ask for: on several cores, each file's on one,
# in their order, which has the longest in the middle.
ALL_TESTS = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder")
# Commands that serve for good, as the web processes do; any other has its work to do and ends.
SERVING = frozenset({"runserver", "run_sandbox"})
# What PgBouncer answers to whoever says at the start what a session shall be like.
REFUSED_BY_POOLER = "unsupported startup parameter"
BEHIND_POOLER = "So DATABASE_URL leads through a pooler: give PostgreSQL's own address as DATABASE_DIRECT_URL."
HELP = frozenset({"--help", "-h", "--version"})


def main(arguments: list[str]) -> int:
    """Run the command line, the script's name first. Returns the exit status."""
    if is_supervised():
        die_with_parent()
    # Where it is set, each process would compile everything anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "activity_project.settings")
    command, *options = arguments[1:] or ["help"]
    try:
        return _run(command, options, arguments)
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    except OperationalError as error:
        if REFUSED_BY_POOLER not in str(error):
            raise
        print(f"{' '.join(str(error).split())}\n{BEHIND_POOLER}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def needs_servers(command: str, options: list[str]) -> bool:
    """Whether a command of Django's works with the database or the broker."""
    return command not in ALONE | HELP and HELP.isdisjoint(options)


def _run(command: str, options: list[str], arguments: list[str]) -> int:
    if command == "test":
        become_pytest(options)
    if command == "dev":
        return dev.main(options)
    if is_supervised():
        autoreload_started.connect(watch_whole_project)
        threading.excepthook = end_without_database
    if needs_servers(command, options) and command not in SERVING:
        have_own_session()
    with contextlib.ExitStack() as stack:
        if needs_servers(command, options) and not environment.text("DATABASE_URL"):
            stack.enter_context(_embedded_servers(command))
        management.execute_from_command_line(arguments)
    return 0


def have_own_session() -> None:
    """Go past the pooler, where there is one: a command may lock, copy and set what it likes for as long as it runs."""
    if direct := environment.text("DATABASE_DIRECT_URL"):
        os.environ["DATABASE_URL"] = direct
        for name in ("DATABASE_DIRECT_URL", "DATABASE_DIRECT_URL_FILE"):
            os.environ.pop(name, None)


@contextlib.contextmanager
def _embedded_servers(command: str) -> Iterator[None]:
    """Have them up. Where they are used it is a machine of one's own, as with `dev`."""
    data_dir = embedded.data_dir()
    if command in MEASURING:
        os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(48))
    else:
        os.environ.setdefault("DEBUG", "1")
    if command == "migrate":
        DatabaseNotes(data_dir, embedded.database_url(data_dir)).forget_migrations()
    if command == "dbshell":  # psql comes with the server
        os.environ["PATH"] = f"{installation.find().programs}{os.pathsep}{os.environ['PATH']}"
    with session.servers_up(data_dir, command):
        yield


def watch_whole_project(sender: BaseReloader, **_: object) -> None:
    """Have runserver notice changes also in what only the worker loads: `dev` restarts both."""
    for folder in ("apps", "activity_project"):
        sender.watch_dir(embedded.PROJECT / folder, "**/*.py")


def end_without_database(fault: threading.ExceptHookArgs) -> None:
    """End a web server whose start met with no database, to be started again.

    Its reloader would stay, wait for a change of the code, and serve nothing.
    """
    threading.__excepthook__(fault)
    if issubclass(fault.exc_type, OperationalError):
        os._exit(1)


def become_pytest(options: list[str]) -> NoReturn:
    """Go on as pytest, which then starts servers of its own (tests/services.py), in the project's folder."""
    os.chdir(embedded.PROJECT)
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *(options or ALL_TESTS)])
