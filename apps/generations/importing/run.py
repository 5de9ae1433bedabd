"""One import from beginning to end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path

from django.db import connection

from apps.common import record_files
from apps.common.progress import track
from apps.common.record_files import Format
from apps.common.rejects import Rejects
from apps.credits.verification import Fault, faults_of
from apps.generations.importing import batches, judging, placing, reading, staging, writing
from apps.generations.importing.reading import Source
from apps.generations.importing.rows import Judge
from apps.generations.importing.side_by_side import AT_ONCE, side_by_side

_REJECTS = Rejects("import_rejects")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did: how many it wrote of each, how many jobs and transactions were there already.

    ``was_refused`` says that a strict import met a reject and wrote nothing. ``faults`` are of the accounts that it
    touched; there are none unless the ledger was damaged before.
    """

    people: int
    characters: int
    jobs: int
    transactions: int
    already_there: int
    rejects: int
    was_refused: bool
    faults: tuple[Fault, ...]


def import_file(path: Path, format: Format, *, rejects: Path, strict: bool, now: datetime) -> Outcome:
    """Takes the file over; lists in ``rejects`` the lines that can't be, or removes that file where there are none.

    Raises UnusableFile, ReaderDied, AnotherImport, or OSError where a file can't be read or written.
    """
    with staging.tables():
        stage(Source(path, format, Judge(now)))
        judging.judge()
        numbers = batches.numbered()
        place(numbers)
        was_refused = strict and _REJECTS.count() > 0
        if not was_refused:
            _all(writing.write(numbers), total=len(numbers), label="batches of accounts written")
        _REJECTS.list_in(rejects)
        return _outcome(was_refused=was_refused, faults=() if was_refused else verified())


def stage(source: Source) -> None:
    """Copies what is in the file into the import's tables."""
    parts = list(record_files.parts(source.path))
    total = sum(part.lines for part in parts)
    with reading.chunks(source, parts) as chunks:
        for chunk in track(chunks, total=total, label="lines read", size=lambda chunk: chunk.lines):
            staging.copy(chunk.texts)


def place(numbers: list[int]) -> None:
    """Says of every movement where it stands, or why it has no place."""
    _all(batches.each(numbers, placing.place_batch), total=len(numbers), label="batches of accounts placed")
    placing.place_left_over()


def verified() -> tuple[Fault, ...]:
    """What is wrong with the accounts that the import touched. Few large shares read the jobs fewest times."""
    people = batches.people()
    shares = [people[number::AT_ONCE] for number in range(AT_ONCE)]
    return tuple(chain.from_iterable(side_by_side(shares, faults_of)))


def _all(steps: Iterable[int], *, total: int, label: str) -> None:
    for _step in track(steps, total=total, label=label):
        pass


_WRITTEN = """
SELECT (SELECT count(*) FROM import_accounts WHERE is_new AND batch > 0),
       (SELECT count(*) FROM import_cast JOIN import_accounts AS account USING (user_id)
         WHERE import_cast.is_new AND account.batch > 0),
       (SELECT count(*) FROM import_jobs_judged JOIN import_accounts AS account USING (user_id)
         WHERE reason IS NULL AND NOT is_there AND account.batch > 0),
       (SELECT count(*) FROM import_placed JOIN import_accounts AS account USING (user_id) WHERE account.batch > 0),
       (SELECT count(*) FROM import_jobs_judged WHERE reason IS NULL AND is_there)
       + (SELECT count(*) FROM import_transactions_judged WHERE reason IS NULL AND is_there)
"""


def _outcome(*, was_refused: bool, faults: tuple[Fault, ...]) -> Outcome:
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        people, characters, jobs, transactions, already_there = cursor.fetchone()
    return Outcome(
        people=people,
        characters=characters,
        jobs=jobs,
        transactions=transactions,
        already_there=already_there,
        rejects=_REJECTS.count(),
        was_refused=was_refused,
        faults=faults,
    )
