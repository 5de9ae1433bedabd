"""An import that is killed while it reads and while it writes, and is run again: it ends as if nothing had been."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection

from activity_project import embedded
from apps.accounts.models import User
from apps.credits.models import CreditAccount, CreditTransaction
from apps.generations.importing import batches
from apps.generations.models import GenerationJob
from tests import running
from tests.faults.patience import eventually

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

PEOPLE, JOBS_EACH = 80, 150
LINES = PEOPLE * (2 + 2 * JOBS_EACH)


def history(folder: Path) -> Path:
    """More than a batch, and more than one process reads."""
    path = folder / "history.jsonl"
    with path.open("w") as file:
        for person in range(PEOPLE):
            file.writelines(json.dumps(record) + "\n" for record in records_of(person))
    return path


def records_of(person: int) -> Iterator[dict[str, object]]:
    email, at = f"person{person}@example.com", "2025-03-01T10:00:00Z"
    ids = (str(UUID(int=person * 10_000 + number)) for number in range(1, 10_000))
    yield {"kind": "user", "email": email}
    bought = {"kind": "transaction", "id": next(ids), "user": email, "type": "purchase", "amount": JOBS_EACH}
    yield bought | {"created_at": "2025-01-01T00:00:00Z"}
    for _ in range(JOBS_EACH):
        job = next(ids)
        yield {
            "kind": "job", "id": job, "user": email, "status": "completed", "credits_used": 1, "created_at": at,
            "completed_at": at, "prompt": "a quiet beach at dusk, with a boat and a long shadow on the sand",
        }  # fmt: skip
        charge = {"kind": "transaction", "id": next(ids), "user": email, "type": "generation", "amount": -1}
        yield charge | {"job": job, "created_at": at}


@contextmanager
def importing(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The command, killed at the end of the block."""
    command = [sys.executable, str(embedded.PROJECT / "manage.py"), "import_generations", str(path)]
    with subprocess.Popen(command, env=running.environment(), stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def killed_when(condition: Callable[[], bool], path: Path) -> None:
    with importing(path) as process:
        eventually(lambda: condition() or process.poll() is not None)
        assert process.poll() is None, "It was through before it could be killed."
    eventually(lambda: not somebody_imports())  # its server process first ends the statement it is at


def somebody_imports() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database"
            " WHERE locktype = 'advisory' AND datname = current_database())"
        )
        return bool(cursor.fetchone()[0])


def has_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")
        return bool(cursor.fetchone()[0])


def test_an_import_killed_while_it_reads_and_while_it_writes_ends_the_same_when_run_again(tmp_path: Path) -> None:
    path = history(tmp_path)
    assert LINES > batches.ROWS_A_BATCH
    killed_when(lambda: has_rows("import_jobs"), path)
    killed_when(GenerationJob.objects.exists, path)
    written = GenerationJob.objects.count()
    assert written

    told = StringIO()
    call_command("import_generations", str(path), stdout=told)

    assert f"There already: {written + written // JOBS_EACH * (1 + JOBS_EACH)}." in told.getvalue()
    assert GenerationJob.objects.count() == PEOPLE * JOBS_EACH
    assert CreditTransaction.objects.count() == PEOPLE * (1 + JOBS_EACH)
    assert set(CreditAccount.objects.values_list("seq", "balance")) == {(1 + JOBS_EACH, 0)}
    assert set(User.objects.values_list("generated_count", flat=True)) == {JOBS_EACH}
    call_command("verify_ledger", verbosity=0)
