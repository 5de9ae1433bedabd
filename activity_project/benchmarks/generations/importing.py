"""How fast another system's history comes in, and how much memory that takes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from activity_project.benchmarks import memory
from activity_project.benchmarks.databases import here
from activity_project.benchmarks.figures import Figure
from apps.credits.models import CreditTransaction
from apps.credits.verification import verify
from apps.generations.models import GenerationJob

JOBS_A_PERSON = 250
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
LOOK_EVERY_S = 0.25
BLOCK_BYTES = 1 << 20
# People's prompts share words and are hardly ever the same.
_PROMPT = "a quiet beach at dusk soft light on the waves portrait in neon rain golden forest fog film grain lens"
MOST_WORDS = 14


class Run(NamedTuple):
    """An import that was measured. Memory is that of all its processes together."""

    seconds: float
    peak_mb: float
    refused: int


def figures(*, rows: int, seed: int) -> Iterator[Figure]:
    """Imports so many rows, two fifths of them jobs, into people that aren't there yet."""
    before = _sizes()
    with TemporaryDirectory() as folder:
        path = Path(folder, "history.jsonl")
        count = _write(path, rows, seed)
        run = _import(path)
        bare_seconds = _copy_bare(Path(folder, "copy"))
    jobs, transactions = (after - there for after, there in zip(_sizes(), before, strict=True))
    about = f"{jobs:,} jobs, {transactions:,} transactions"
    yield Figure(name="import, rows a second", value=count / run.seconds, least=20_000, about=about)
    yield Figure(
        name="import, seconds / a bare COPY's",
        value=run.seconds / bare_seconds,
        about="without keys, checks and triggers",
    )
    yield Figure(name="import, memory at its peak", value=run.peak_mb, most=300, unit="MB")
    yield Figure(name="import, lines refused", value=run.refused, most=0)
    yield Figure(name="import, accounts that don't add up", value=len(verify()[1]), most=0)


def _sizes() -> tuple[int, int]:
    return GenerationJob.objects.count(), CreditTransaction.objects.count()


def _import(path: Path) -> Run:
    """By the command itself, so that time and memory are those of whoever runs it. Raises CalledProcessError."""
    rejects = path.with_suffix(".rejects.csv")
    command = [sys.executable, "manage.py", "import_generations", str(path), f"--rejects={rejects}"]
    connection.close()
    start, seen_mb = perf_counter(), 0.0
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=os.environ | here(), stdout=subprocess.DEVNULL)
    while process.poll() is None:
        seen_mb = max(seen_mb, memory.present_mb(process.pid))
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=LOOK_EVERY_S)
    seconds = perf_counter() - start
    refused = sum(1 for _line in rejects.open()) - 1 if rejects.exists() else 0
    if process.returncode and not refused:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Run(seconds, seen_mb or memory.most_mb(), refused)


def _copy_bare(path: Path) -> float:
    """Seconds in which the same jobs and transactions are copied into tables that have nothing but columns."""
    seconds = 0.0
    for table in ("generation_jobs", "credit_transactions"):
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table})")
            with path.open("wb") as file, cursor.copy(f"COPY (SELECT * FROM {table}) TO STDOUT") as copy:
                file.writelines(copy)
            start = perf_counter()
            with path.open("rb") as file, cursor.copy(f"COPY bare_{table} FROM STDIN") as copy:
                while block := file.read(BLOCK_BYTES):
                    copy.write(block)
            seconds += perf_counter() - start
            cursor.execute(f"DROP TABLE bare_{table}")
    return seconds


def _write(path: Path, rows: int, seed: int) -> int:
    """Writes the history of as many people as make about so many rows; returns how many they made."""
    chance, count = Random(seed), 0  # noqa: S311  # chance that must repeat itself
    with path.open("w") as file:
        for number in range(max(rows * 2 // 5 // JOBS_A_PERSON, 1)):
            for record in _person(f"past{number}@bench.example", chance):
                file.write(json.dumps(record) + "\n")
                count += 1
    return count


def _person(email: str, chance: Random) -> Iterator[dict[str, Any]]:
    yield {"kind": "user", "email": email}
    yield {"kind": "character", "user": email, "name": "Luna"}
    bought = {"kind": "transaction", "id": _id(chance), "user": email, "type": "purchase", "amount": 10_000}
    yield bought | {"created_at": (BEGIN - timedelta(days=1)).isoformat()}
    for number in range(JOBS_A_PERSON):
        yield from _job(email, BEGIN + timedelta(minutes=30 * number + chance.randrange(9)), chance)


def _job(email: str, at: datetime, chance: Random) -> Iterator[dict[str, Any]]:
    """A job and its charge; every other one failed and was refunded, which makes three movements of two jobs."""
    id_, ended, failed = _id(chance), at + timedelta(seconds=5 + chance.randrange(30)), chance.random() < 0.5
    yield {
        "kind": "job", "id": id_, "user": email, "character": "Luna", "status": "failed" if failed else "completed",
        "prompt": ", ".join(chance.choices(_PROMPT.split(), k=chance.randint(6, MOST_WORDS))), "quality": "hq",
        "aspect_ratio": "16:9",
        "image_count": 2, "credits_used": 4, "created_at": at.isoformat(), "completed_at": ended.isoformat(),
        "error": "The provider was busy." if failed else "", "model": "older-1",
    }  # fmt: skip
    moved = {"kind": "transaction", "user": email, "job": id_}
    yield moved | {"id": _id(chance), "type": "generation", "amount": -4, "created_at": at.isoformat()}
    if failed:
        yield moved | {"id": _id(chance), "type": "refund", "amount": 4, "created_at": ended.isoformat()}


def _id(chance: Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=4))
