"""One import from beginning to end."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection

from apps.common import record_files
from apps.common.progress import track
from apps.common.record_fields import Refused
from apps.common.record_files import Format
from apps.common.rejects import Rejects
from apps.credits.verification import Fault, faults_of
from apps.generations.importing import judging, placing, staging, writing
from apps.generations.importing.rows import COLUMNS, Judge

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

    Raises UnusableFile, AnotherImport, or OSError where a file can't be read or written.
    """
    with staging.tables():
        _stage(path, format, now)
        judging.judge()
        placing.place(track(placing.staged(), total=placing.count(), label="transactions placed"))
        was_refused = strict and _REJECTS.count() > 0
        if not was_refused:
            batches = writing.batches()
            for _batch in track(writing.write(batches), total=len(batches), label="batches of accounts written"):
                pass
        _REJECTS.list_in(rejects)
        return _outcome(was_refused=was_refused)


def _stage(path: Path, format: Format, now: datetime) -> None:
    judge, copier = Judge(now), staging.Copier()
    lines = record_files.read(path, format, COLUMNS)
    for line in track(lines, total=record_files.count(path), label="lines read"):
        try:
            if line.problem:
                raise Refused(line.problem)
            kind, cells = judge.row(line.record)
        except Refused as refused:
            copier.reject(line.number, str(refused))
        else:
            copier.add(kind, line.number, cells)
    copier.flush()


_WRITTEN = """
SELECT (SELECT count(*) FROM import_accounts WHERE is_new AND batch > 0),
       (SELECT count(*) FROM import_cast JOIN import_accounts AS account USING (user_id)
         WHERE import_cast.is_new AND account.batch > 0),
       (SELECT count(*) FROM import_jobs_judged JOIN import_accounts AS account USING (user_id)
         WHERE reason IS NULL AND NOT is_there AND account.batch > 0),
       (SELECT count(*) FROM import_transactions_judged JOIN import_placed USING (line)
          JOIN import_accounts AS account USING (user_id) WHERE account.batch > 0),
       (SELECT count(*) FROM import_jobs_judged WHERE reason IS NULL AND is_there)
       + (SELECT count(*) FROM import_transactions_judged WHERE reason IS NULL AND is_there)
"""


def _outcome(*, was_refused: bool) -> Outcome:
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        people, characters, jobs, transactions, already_there = cursor.fetchone()
        cursor.execute("SELECT user_id FROM import_accounts WHERE batch > 0")
        touched = [user_id for (user_id,) in cursor.fetchall()]
    return Outcome(
        people=people,
        characters=characters,
        jobs=jobs,
        transactions=transactions,
        already_there=already_there,
        rejects=_REJECTS.count(),
        was_refused=was_refused,
        faults=tuple(faults_of(touched)),
    )
