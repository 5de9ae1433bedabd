"""Reads a file of records one by one, JSON lines or CSV, whatever else may be in it."""

import csv
import json
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, NoReturn

MOST_BYTES = 1_000_000
PART_BYTES = 4_000_000
# What no text of the database may hold; lone surrogates are what wasn't UTF-8.
_UNFIT = re.compile("[\x00\ud800-\udfff]")
_BOM = b"\xef\xbb\xbf"
_JSON_SPACE = b" \t\r\n"


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


class Part(NamedTuple):
    """Some whole lines of a file: from byte ``begin`` until before ``end``; ``first`` is the number of the first."""

    begin: int
    end: int
    first: int
    lines: int


class _Length(NamedTuple):
    bytes: int
    lines: int


def format_of(path: Path) -> Format:
    """The format that the file's name tells. Raises UnusableFile where it tells none."""
    match path.suffix.lower():
        case ".csv":
            return Format.CSV
        case ".jsonl" | ".ndjson":
            return Format.JSONL
    raise UnusableFile(f"{path.name} ends in neither .jsonl nor .csv; say with --format what it is.")


def parts(path: Path) -> Iterator[Part]:
    """The file in parts of about ``PART_BYTES``. Raises OSError where it is lost."""
    part = Part(0, 0, 1, 0)
    with path.open("rb") as file:
        while length := _length(file):
            part = Part(part.end, part.end + length.bytes, part.first + part.lines, length.lines)
            yield part


def count(path: Path) -> int:
    """How many lines the file has, about: for a progress bar."""
    return sum(part.lines for part in parts(path))


def _length(file: BinaryIO) -> _Length | None:
    """Reads a part; None where nothing is left."""
    chunk = file.read(PART_BYTES)
    length = _Length(len(chunk), chunk.count(b"\n"))
    while chunk and not chunk.endswith(b"\n"):
        chunk = file.readline(MOST_BYTES)
        length = _Length(length.bytes + len(chunk), length.lines + (not chunk or chunk.endswith(b"\n")))
    return length if length.bytes else None


def read(path: Path, format: Format, columns: Columns, part: Part | None = None) -> Iterator[Line]:
    """The records in order, of all the file or of a part; empty lines are passed over.

    Raises UnusableFile, or OSError where it is lost.
    """
    with path.open("rb") as file:
        physical = _physical(file, part or Part(0, sys.maxsize, 1, sys.maxsize))
        yield from _json_lines(physical) if format is Format.JSONL else _csv_lines(physical, columns)


def _physical(file: BinaryIO, part: Part) -> Iterator[tuple[int, bytes]]:
    """The lines with their numbers, a mark of byte order left out, each cut off where it is far too long."""
    file.seek(part.begin)
    left, number = part.end - part.begin, part.first - 1
    while left > 0 and (raw := file.readline(MOST_BYTES + 1)):
        number, left = number + 1, left - len(raw)
        yield number, raw.removeprefix(_BOM) if number == 1 else raw
        while len(raw) > MOST_BYTES and not raw.endswith(b"\n") and (raw := file.readline(MOST_BYTES + 1)):
            left -= len(raw)


def _json_lines(physical: Iterable[tuple[int, bytes]]) -> Iterator[Line]:
    for number, raw in physical:
        if text := raw.strip(_JSON_SPACE):
            yield _json_line(number, text)


def _json_line(number: int, raw: bytes) -> Line:
    if len(raw) > MOST_BYTES:
        return Line(number, {}, f"the line is longer than {MOST_BYTES:,} bytes")
    try:
        record = _decoded(raw.decode())
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


_decode = json.JSONDecoder(parse_constant=_no_number).raw_decode


def _decoded(text: str) -> Any:
    """What the text says, which has no space about it: to look for some takes a fifth of the time."""
    said, end = _decode(text)
    if end < len(text):
        raise ValueError(f"there is more behind its end, at character {end}")
    return said


def _csv_lines(physical: Iterable[tuple[int, bytes]], columns: Columns) -> Iterator[Line]:
    # What isn't UTF-8 becomes a lone surrogate here, which no field may hold.
    reader = csv.reader(_texts(physical), strict=True)
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
