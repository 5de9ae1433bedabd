"""Clients that charge at the same time: processes of our own, each with its connection, and pgbench."""

import multiprocessing
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BrokenBarrierError
from time import perf_counter
from typing import Any, NamedTuple

from django.db import connection

from activity_project.benchmarks.generations import accounts
from activity_project.benchmarks.generations.accounts import CLIENTS
from activity_project.benchmarks.generations.designs import Charge
from activity_project.embedded import installation
from activity_project.failures import CannotStart
from apps.accounts.models import User
from apps.common.sql import numbered
from apps.credits import ledger
from apps.credits.ledger import InsufficientCredits

_FORK = multiprocessing.get_context("fork")
_WARM_UP_CHARGES = 20
_MOST_CHARGES_A_SECOND = 1_500  # of one client; a race ends for whom it isn't enough
_TPS = re.compile(r"tps = ([0-9.]+)")


class Race(NamedTuple):
    """What clients did together: charges written, charges refused for want of credits, and other errors."""

    written: int
    refused: int
    errors: tuple[str, ...]
    seconds: float

    @property
    def rate(self) -> float:
        """Charges a second."""
        return self.written / self.seconds


class Length(NamedTuple):
    """How long a race is: so many seconds, or so many charges a client where that isn't 0."""

    seconds: float = 0
    charges: int = 0

    @property
    def most_charges(self) -> int:
        """How many jobs a client needs, the warm-up's included."""
        return self.charges or _WARM_UP_CHARGES + round(self.seconds * _MOST_CHARGES_A_SECOND)


class _Client(NamedTuple):
    """Who is charged, and for the jobs of which numbers."""

    user: User
    jobs: range


class _Leg(NamedTuple):
    written: int
    refused: int
    error: str
    seconds: float


def race(charge: Charge, users: Sequence[User], length: Length) -> Race:
    """A client for each of the users charges as often as it can, each time for another job."""
    clients = [_Client(user, accounts.jobs_of(user, length.most_charges)) for user in users]
    connection.close()
    ready, results = _FORK.Barrier(len(users) + 1), _FORK.SimpleQueue()
    runners = [_FORK.Process(target=_run, args=(charge, client, length, ready, results)) for client in clients]
    for runner in runners:
        runner.start()
    with suppress(BrokenBarrierError):  # a client that failed before the start tells why
        ready.wait()
    legs: list[_Leg] = [results.get() for _runner in runners]
    for runner in runners:
        runner.join()
    errors = tuple(leg.error for leg in legs if leg.error)
    return Race(
        sum(leg.written for leg in legs), sum(leg.refused for leg in legs), errors, max(leg.seconds for leg in legs)
    )


def _run(charge: Charge, client: _Client, length: Length, ready: Any, results: Any) -> None:
    """One client, in a process of its own; whatever goes wrong is told to the one that counts."""
    written = refused = 0
    error, start = "", perf_counter()
    jobs = map(accounts.job_id, client.jobs)
    try:
        for job in islice(jobs, 0 if length.charges else _WARM_UP_CHARGES):
            charge(client.user, job)
        connection.ensure_connection()
        ready.wait()
        start = perf_counter()
        for job in jobs:
            if not length.charges and perf_counter() >= start + length.seconds:
                break
            try:
                charge(client.user, job)
                written += 1
            except InsufficientCredits:
                refused += 1
    except Exception as failure:  # the budget is that there is none, so each is counted
        error = repr(failure)
        ready.abort()
    finally:
        took = perf_counter() - start
        connection.close()
        results.put(_Leg(written, refused, error, took))


def pgbench_program() -> str | None:
    """pgbench, of the server that the product brings along or of the machine; null where there is none."""
    try:
        beside = shutil.which("pgbench", path=str(installation.find().programs))
    except CannotStart:
        beside = None
    return beside or shutil.which("pgbench")


def pgbench_rate(program: str, users: Sequence[User], *, seconds: int) -> float:
    """Charges a second of as many clients by the product's statement, the users taken in turns."""
    most = seconds * _MOST_CHARGES_A_SECOND
    jobs = [accounts.jobs_of(users[client % len(users)], most) for client in range(CLIENTS)]
    with TemporaryDirectory() as folder:
        script = Path(folder, "charge.sql")
        script.write_text(_script(users, first_job=jobs[0].start, jobs_apart=jobs[1].start - jobs[0].start))
        command = [
            program,
            "-n",
            "-M",
            "prepared",
            "-c",
            str(CLIENTS),
            "-j",
            "2",
            "-T",
            str(seconds),
            "-D",
            "charges=0",
            "-f",
            str(script),
        ]
        answer = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=True)
    found = _TPS.search(answer.stdout)
    if not found:
        raise RuntimeError(f"pgbench told no rate: {answer.stdout}")
    return float(found[1])


def _script(users: Sequence[User], *, first_job: int, jobs_apart: int) -> str:
    """The product's statement with pgbench's variables; each charge is of a job of its own."""
    job = accounts.JOB_ID.format(number=":job::bigint")
    text, names = numbered(ledger.APPEND)
    statement = text.decode()
    values = {
        "user_id": ":user", "amount": "-1::bigint", "type": "'generation'", "reference_type": "'generation_job'",
        "reference_id": job, "key": f"'charge:' || {job}",
        "quality_mode": "''", "description": "''", "character_id": "NULL::uuid", "by_id": "NULL::bigint",
    }  # fmt: skip
    for place, name in reversed(list(enumerate(names, start=1))):
        statement = statement.replace(f"${place}", values[name])
    first, many = users[0].pk, len({user.pk for user in users})
    user = f"\\set user {first} + :client_id % {many}\n"
    which = f"\\set job {first_job} + :client_id * {jobs_apart} + :charges\n\\set charges :charges + 1\n"
    return user + which + " ".join(statement.split()) + ";\n"


def _environment() -> dict[str, str]:
    """How pgbench connects: where Django does."""
    to = connection.settings_dict
    place = {"PGHOST": to["HOST"], "PGPORT": str(to["PORT"] or ""), "PGUSER": to["USER"], "PGPASSWORD": to["PASSWORD"]}
    options = {"PGDATABASE": to["NAME"], "PGOPTIONS": "-c plan_cache_mode=force_generic_plan"}
    return {**os.environ, **options, **{name: value for name, value in place.items() if value}}
