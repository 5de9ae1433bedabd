"""Where entries wait that the database couldn't take: one file each, in a folder that all processes share.

A file is written under another name, forced to the disk and then renamed, so that whoever looks sees whole files
only. Its name is the entry's id, which rises with time. Any number of processes may write, and read, at once.
"""

import heapq
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.conf import settings

from apps.orders.log.entries import NewEntry
from apps.orders.log.statements import Transaction

_WAITING: Final = ".json"
_REFUSED: Final = ".refused"
_TUPLES: Final = ("mended", "mended_whenever", "menders", "mending_types")
MAX_COUNTED: Final = 1_000


class Kept(NamedTuple):
    """An entry in the spool, and the transaction that it belongs to, which may still roll back."""

    entry: NewEntry
    transaction: Transaction | None


def keep(kept: Kept) -> None:
    """Puts the entry into the spool; when this returns it survives a power cut. Raises OSError on a full disk."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f".{kept.entry.id}.{os.getpid()}"
    try:
        _write_through(draft, _packed(kept))
        draft.rename(folder / f"{kept.entry.id}{_WAITING}")
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    _sync_folder(folder)


def oldest(limit: int) -> list[Path]:
    """The files of the entries that have waited longest, at most so many; memory is bounded by that alone."""
    return [_folder() / name for name in heapq.nsmallest(limit, _names(_WAITING))]


def depth() -> int:
    """How many entries are delayed, counted up to ``MAX_COUNTED``."""
    return sum(1 for _ in islice(_names(_WAITING, _REFUSED), MAX_COUNTED))


def read(file: Path) -> Kept:
    """What a file holds. Raises FileNotFoundError where another process was faster, ValueError for no entry."""
    try:
        stored = json.loads(file.read_text())
        transaction = Transaction(*stored["transaction"]) if stored["transaction"] else None
        return Kept(_entry(stored["entry"]), transaction)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no entry in {file.name}: {error!r}") from error


def remove(file: Path) -> None:
    """The entry is in the table."""
    file.unlink(missing_ok=True)


def refuse(file: Path) -> None:
    """Puts a file aside that can never be written as it is: it is still counted, and waits for a person."""
    file.rename(file.with_suffix(_REFUSED))


def _folder() -> Path:
    return Path(settings.ACTIVITY_LOG_SPOOL)


def _names(*endings: str) -> Iterator[str]:
    try:
        with os.scandir(_folder()) as files:
            yield from (file.name for file in files if file.name.endswith(endings))
    except FileNotFoundError:
        return


def _packed(kept: Kept) -> bytes:
    fields = asdict(kept.entry)
    return json.dumps({"entry": fields, "transaction": kept.transaction}, default=str, ensure_ascii=False).encode()


def _entry(fields: dict[str, Any]) -> NewEntry:
    return NewEntry(
        **fields
        | {name: tuple(fields[name]) for name in _TUPLES}
        | {
            "id": UUID(fields["id"]),
            "order_id": UUID(fields["order_id"]) if fields["order_id"] else None,
            "occurred_at": datetime.fromisoformat(fields["occurred_at"]),
        }
    )


def _write_through(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
