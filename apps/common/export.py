"""Files for people to take away: CSV and JSON, streamed in constant memory however many rows there are.

A file has no place to say that it is incomplete. So whatever fails before the first byte is an ordinary error page,
and whatever fails later breaks the connection off, which a browser shows as a failed download.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from itertools import chain, islice
from typing import Any, TypeAlias, TypeVar

import structlog
from django.http import StreamingHttpResponse
from django.utils import translation
from django.utils.http import content_disposition_header

log = structlog.get_logger(__name__)

Cell: TypeAlias = str | int | None
T = TypeVar("T")

ROWS_A_CHUNK = 500

# What spreadsheets take for the beginning of a formula (OWASP, "CSV Injection"), full-width forms included.
_STARTS_A_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def csv_file(rows: Iterable[Sequence[Cell]], *, header: Sequence[str], name: str) -> StreamingHttpResponse:
    """The rows as the download ``name.csv``: UTF-8 with a header, quoted as RFC 4180 says, None as an empty cell.

    A text that a spreadsheet would run as a formula gets an apostrophe in front. A number is left as it is, also
    below zero: whatever is given as a number can't be a formula.
    """
    return _download(_csv_chunks(chain([header], rows)), f"{name}.csv", "text/csv; charset=utf-8")


def json_file(objects: Iterable[Mapping[str, Any]], *, name: str) -> StreamingHttpResponse:
    """The objects as the download ``name.json``: one array, an object a line."""
    return _download(_json_chunks(objects), f"{name}.json", "application/json")


def _csv_chunks(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    for some in _in_chunks(rows):
        text = StringIO(newline="")
        csv.writer(text).writerows(map(_harmless, some))
        yield text.getvalue().encode()


def _harmless(row: Sequence[Cell]) -> list[Cell]:
    return [f"'{cell}" if isinstance(cell, str) and cell[:1] in _STARTS_A_FORMULA else cell for cell in row]


def _json_chunks(objects: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    before = "[\n"
    for some in _in_chunks(objects):
        yield (before + ",\n".join(map(_encode, some))).encode()
        before = ",\n"
    yield b"[]\n" if before == "[\n" else b"\n]\n"


def _in_chunks(rows: Iterable[T]) -> Iterator[list[T]]:
    left = iter(rows)
    while some := list(islice(left, ROWS_A_CHUNK)):
        yield some


def _download(chunks: Iterator[bytes], filename: str, content_type: str) -> StreamingHttpResponse:
    first = next(chunks)
    response = StreamingHttpResponse(
        _sent(first, chunks, filename, translation.get_language()), content_type=content_type
    )
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=filename)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _sent(first: bytes, rest: Iterator[bytes], filename: str, language: str | None) -> Iterator[bytes]:
    yield first
    try:
        yield from _worded(rest, language)
    except Exception:
        log.exception("export_broke_off", file=filename)
        raise


def _worded(chunks: Iterator[bytes], language: str | None) -> Iterator[bytes]:
    """The chunks in the language of the request, which is over by the time they are made.

    The language is never held while a chunk is away: a download that nobody goes on reading is cleared up whenever
    it may be, and would then put its own language on whatever the thread is doing.
    """
    while True:
        with translation.override(language):
            chunk = next(chunks, None)
        if chunk is None:
            return
        yield chunk
