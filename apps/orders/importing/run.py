"""One import from beginning to end."""

from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from apps.common import record_files
from apps.common.progress import track
from apps.common.record_fields import Refused
from apps.common.record_files import Format
from apps.orders.importing import judging, staging, writing
from apps.orders.importing.rows import COLUMNS, Judge
from apps.orders.importing.staging import REJECTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an import did: orders written, those that were there already, lines refused.

    ``was_refused`` says that a strict import met a reject and wrote nothing.
    """

    written: int
    already_there: int
    rejects: int
    was_refused: bool


def import_file(path: Path, format: Format, judge: Judge, *, rejects: Path, strict: bool) -> Outcome:
    """Takes the file over; lists in ``rejects`` the lines that can't be, or removes that file where there are none.

    Raises UnusableFile, AnotherImport, or OSError where a file can't be read or written.
    """
    with staging.tables():
        _stage(path, format, judge)
        judging.judge()
        was_refused = strict and REJECTS.count() > 0
        orders = 0 if was_refused else judging.number()
        for _batch in track(writing.write(orders), total=writing.batches(orders), label="batches of orders written"):
            pass
        REJECTS.list_in(rejects)
        return Outcome(
            written=orders,
            already_there=0 if was_refused else _staged() - orders,
            rejects=REJECTS.count(),
            was_refused=was_refused,
        )


def _stage(path: Path, format: Format, judge: Judge) -> None:
    copier = staging.Copier()
    for line in track(record_files.read(path, format, COLUMNS), total=record_files.count(path), label="lines read"):
        try:
            if line.problem:
                raise Refused(line.problem)
            copier.add(line.number, judge.order(line.record))
        except Refused as refused:
            copier.reject(line.number, str(refused))
    copier.flush()


def _staged() -> int:
    """How many orders were sound, those that are here included."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM import_orders WHERE line NOT IN (SELECT line FROM {REJECTS.table})")
        return int(cursor.fetchone()[0])
