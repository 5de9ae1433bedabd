"""A long file is read by several processes, and what they read is what one would have read."""

import json
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from apps.common import record_files
from apps.common.record_files import Format, UnusableFile
from apps.generations.importing import reading
from apps.generations.importing.reading import ReaderDied, Source
from apps.generations.importing.rows import Judge, Row

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SMALL_PART_BYTES = 1_000


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_files, "PART_BYTES", SMALL_PART_BYTES)


def written(folder: Path, format: Format) -> Path:
    """People and some lines that are refused; in a CSV some of a cell's texts go over two lines."""
    path = folder / f"history.{format.value}"
    names = [f"person{number}@example.com" if number % 7 else "nobody" for number in range(300)]
    if format is Format.JSONL:
        text = "".join(json.dumps({"kind": "user", "email": name}) + "\n" for name in names)
    else:
        text = "kind,email,description\n" + "".join(f'user,{name},"\n"\n' for name in names)
    path.write_text(text)
    return path


def read(source: Source) -> tuple[int, Counter[tuple[str, bytes]]]:
    """How many lines, and what they give for which table."""
    found: Counter[tuple[str, bytes]] = Counter()
    count = 0
    with reading.chunks(source, list(record_files.parts(source.path))) as chunks:
        for chunk in chunks:
            count += chunk.lines
            found.update((table, line) for table, text in chunk.texts.items() for line in text.splitlines())
    return count, found


@pytest.mark.parametrize("format", Format)
def test_several_processes_read_what_one_reads(tmp_path: Path, format: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source(written(tmp_path, format), format, Judge(NOW))
    by_several = read(source)
    monkeypatch.setattr(record_files, "PART_BYTES", 10**9)

    assert by_several == read(source)
    assert by_several[0] == 300


class Fatal(Judge):
    """Whoever asks it is killed."""

    def row(self, record: Mapping[str, Any]) -> Row:
        os.kill(os.getpid(), signal.SIGKILL)
        return super().row(record)


def test_a_reader_that_is_killed_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(ReaderDied, match="-9"):
        read(Source(written(tmp_path, Format.JSONL), Format.JSONL, Fatal(NOW)))


def test_what_a_reader_cannot_use_is_told_where_it_was_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, Format.CSV)
    path.write_text(path.read_text().replace("kind,", "colour,", 1))
    with pytest.raises(UnusableFile, match="columns"):
        read(Source(path, Format.CSV, Judge(NOW)))


def test_readers_end_when_nobody_listens_any_more(tmp_path: Path) -> None:
    source = Source(written(tmp_path, Format.JSONL), Format.JSONL, Judge(NOW))
    with reading.chunks(source, list(record_files.parts(source.path))) as chunks:
        next(chunks)
    assert not multiprocessing.active_children()
