"""Reads a file of records one by one, JSON lines or CSV, whatever else may be in it."""

import csv
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, NoReturn

MOST_BYTES = 1_000_000
# What no text of the database may hold; lone surrogates are what wasn't UTF-8.
_UNFIT = re.compile("[\x00\ud800-\udfff]")
_BOM = b"\xef\xbb\xbf"
_CHUNK_BYTES = 1 << 20


class UnusableFile(Exception):
    """The file as a whole can't be read: its format is unknown, or its header isn't one."""


class Format(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


class Columns(NamedTuple):
    """Which fields a file of the kind knows, under which names, and which a header can't do without.

    ``needed`` are sets of names that mean the same: one of each has to be there.
    """

    known: Collection[str]
    needed: tuple[Collection[str], ...]

    def fit(self, names: list[str]) -> bool:
        """Whether a header names some of them, each once, and all that are needed."""
        return (
            len(set(names)) == len(names)
            and set(names) <= set(self.known)
            and all(set(either) & set(names) for either in self.needed)
        )

    def __str__(self) -> str:
        needed = ", ".join(next(iter(either)) for either in self.needed)
        return f"{needed}, and what is needed of {', '.join(sorted(self.known))}"


class Line(NamedTuple):
    """One record with the number of the line it begins on; ``problem`` says why there is no record."""

    number: int
    record: Mapping[str, Any]
    problem: str = ""


def format_of(path: Path) -> Format:
    """The format that the file's name tells. Raises UnusableFile where it tells none."""
    match path.suffix.lower():
        case ".csv":
            return Format.CSV
        case ".jsonl" | ".ndjson":
            return Format.JSONL
    raise UnusableFile(f"{path.name} ends in neither .jsonl nor .csv; say with --format what it is.")


def count(path: Path) -> int:
    """How many lines the file has, about: for a progress bar."""
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(_CHUNK_BYTES), b"")) + 1


def read(path: Path, format: Format, columns: Columns) -> Iterator[Line]:
    """The file's records in order; empty lines are passed over. Raises UnusableFile, or OSError where it is lost."""
    with path.open("rb") as file:
        yield from _json_lines(file) if format is Format.JSONL else _csv_lines(file, columns)


def _physical(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines with their numbers, a mark of byte order left out, each cut off where it is far too long."""
    number = 0
    while raw := file.readline(MOST_BYTES + 1):
        number += 1
        yield number, raw.removeprefix(_BOM) if number == 1 else raw
        while len(raw) > MOST_BYTES and not raw.endswith(b"\n") and (raw := file.readline(MOST_BYTES + 1)):
            pass


def _json_lines(file: BinaryIO) -> Iterator[Line]:
    for number, raw in _physical(file):
        if raw.strip():
            yield _json_line(number, raw)


def _json_line(number: int, raw: bytes) -> Line:
    if len(raw) > MOST_BYTES:
        return Line(number, {}, f"the line is longer than {MOST_BYTES:,} bytes")
    try:
        record = _decode(raw.decode())
    except UnicodeDecodeError:
        return Line(number, {}, "the line isn't UTF-8")
    except (ValueError, RecursionError) as error:
        return Line(number, {}, f"the line isn't JSON: {error}")
    if not isinstance(record, dict):
        return Line(number, {}, "the line isn't a JSON object")
    # Only written as escapes can they be in a line of JSON.
    return _fit(number, record) if b"\\u" in raw else Line(number, record)


def _fit(number: int, record: Mapping[str, Any]) -> Line:
    for name, value in record.items():
        if isinstance(value, str) and _UNFIT.search(value):
            return Line(number, {}, f"{name} holds a null byte, or what isn't UTF-8")
    return Line(number, record)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} isn't a number")


_decode = json.JSONDecoder(parse_constant=_no_number).decode


def _csv_lines(file: BinaryIO, columns: Columns) -> Iterator[Line]:
    # What isn't UTF-8 becomes a lone surrogate here, which no field may hold.
    reader = csv.reader(_texts(_physical(file)), strict=True)
    header = _header(reader, columns)
    begin = reader.line_num + 1
    for cells in _rows(reader):
        if isinstance(cells, str):
            yield Line(begin, {}, cells)
        elif any(cells):
            yield _csv_line(begin, header, cells)
        begin = reader.line_num + 1


def _texts(lines: Iterable[tuple[int, bytes]]) -> Iterator[str]:
    for _number, raw in lines:
        yield raw.decode(errors="surrogateescape")


def _rows(reader: Any) -> Iterator[list[str] | str]:
    """Each row, or why it can't be read; the reader takes up again with the next line."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield f"the row isn't CSV: {error}"


def _header(reader: Any, columns: Columns) -> list[str]:
    names = next(_rows(reader), [])
    if isinstance(names, str) or not columns.fit(names):
        raise UnusableFile(f"The first line must name the columns: {columns}.")
    return names


def _csv_line(number: int, header: list[str], cells: list[str]) -> Line:
    if len(cells) != len(header):
        return Line(number, {}, f"the row has {len(cells)} cells where the header has {len(header)}")
    return _fit(number, {name: cell for name, cell in zip(header, cells, strict=True) if cell})
