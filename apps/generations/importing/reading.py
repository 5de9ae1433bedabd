"""Reads the file and judges each record by itself, a long one in several processes at once.

To read and judge a line takes Python longer than it takes the database to write it, so the two work side by side. The
processes only read: they hand over what is to be copied, and whoever asked for it has the one connection.
"""

import multiprocessing
import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NamedTuple

from apps.common import record_files
from apps.common.record_fields import Refused
from apps.common.record_files import Format, Line, Part, UnusableFile
from apps.generations.importing.rows import COLUMNS, Judge
from apps.generations.importing.staging import Copies, Texts

READERS = 2
LINES_A_CHUNK = 1_000
# Forked, they have the program in memory already; nobody writes into their copies of the connection.
_FORK: Any = multiprocessing.get_context("fork")


class ReaderDied(Exception):
    """A process that read a part of the file ended before it was through."""


class Chunk(NamedTuple):
    """What some lines of the file give to be copied into the import's tables."""

    lines: int
    texts: Texts


@dataclass(frozen=True, slots=True)
class Source:
    """A file, what it is, and who judges its records."""

    path: Path
    format: Format
    judge: Judge

    def chunks(self, parts: Iterable[Part]) -> Iterator[Chunk]:
        """What is in these parts. Raises UnusableFile, or OSError where the file is lost."""
        for part in parts:
            found = record_files.read(self.path, self.format, COLUMNS, part)
            while some := list(islice(found, LINES_A_CHUNK)):
                yield Chunk(len(some), _texts(some, self.judge))


def _texts(some: Iterable[Line], judge: Judge) -> Texts:
    copies = Copies()
    for line in some:
        try:
            if line.problem:
                raise Refused(line.problem)
            kind, cells = judge.row(line.record)
        except Refused as refused:
            copies.reject(line.number, str(refused))
        else:
            copies.add(kind, line.number, cells)
    return copies.texts()


@contextmanager
def chunks(source: Source, parts: Sequence[Part]) -> Iterator[Iterator[Chunk]]:
    """All that is in the file, in no order. It raises what ``Source.chunks`` does, or ReaderDied."""
    if len(parts) < 2:
        yield source.chunks(parts)
        return
    shares = [parts[number::READERS] for number in range(READERS)] if source.format is Format.JSONL else [whole(parts)]
    readers = [_started(source, share) for share in shares]
    try:
        yield _received(readers)
    finally:
        for reader in readers:
            reader.process.terminate()
            reader.process.join()
            reader.answers.close()


def whole(parts: Sequence[Part]) -> list[Part]:
    """The parts as one, for a format whose records may go from one into the next."""
    return [Part(0, parts[-1].end, 1, sum(part.lines for part in parts))]


class _Reader(NamedTuple):
    process: Any
    answers: Connection


def _started(source: Source, share: Iterable[Part]) -> _Reader:
    answers, answer = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_read, args=(source, share, answers, answer), daemon=True)
    process.start()
    answer.close()  # only the reader has it now, so that its end is seen here
    return _Reader(process, answers)


def _read(source: Source, share: Iterable[Part], answers: Connection, answer: Connection) -> None:
    """What a reader does. Where nobody listens any more it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started it
    answers.close()
    try:
        for chunk in source.chunks(share):
            answer.send(chunk)
    except BrokenPipeError:
        return
    except (UnusableFile, OSError) as error:
        answer.send(error)


def _received(readers: Iterable[_Reader]) -> Iterator[Chunk]:
    reading: dict[Any, Any] = {reader.answers: reader.process for reader in readers}
    while reading:
        ready: list[Any] = wait(list(reading))
        for answers in ready:
            try:
                answer = answers.recv()
            except EOFError:
                _check_end(reading.pop(answers))
                continue
            if isinstance(answer, Exception):
                raise answer
            yield answer


def _check_end(process: Any) -> None:
    process.join()
    if process.exitcode:
        raise ReaderDied(f"A process that read the file ended with status {process.exitcode}.")
