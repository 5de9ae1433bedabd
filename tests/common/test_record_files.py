"""Reading a file of records, whatever is in it."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.common import record_files
from apps.common.record_files import MOST_BYTES, Columns, Format, Line, UnusableFile, count, format_of, parts, read

TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


COLUMNS = Columns({"kind", "id", "prompt"}, ({"kind"},))


def lines_of(tmp_path: Path, content: bytes, format: Format = Format.JSONL) -> list[Line]:
    path = tmp_path / "history"
    path.write_bytes(content)
    return list(read(path, format, COLUMNS))


def test_each_line_has_its_number(tmp_path: Path) -> None:
    assert lines_of(tmp_path, b'{"a": 1}\n\n{"a": 2}') == [Line(1, {"a": 1}), Line(3, {"a": 2})]


def test_marks_of_byte_order_and_of_windows_lines_are_passed_over(tmp_path: Path) -> None:
    assert lines_of(tmp_path, b'\xef\xbb\xbf{"a": 1}\r\n{"a": 2}\r\n') == [Line(1, {"a": 1}), Line(2, {"a": 2})]
    csv = b"\xef\xbb\xbfkind,id\r\njob,1\r\n"
    assert lines_of(tmp_path, csv, Format.CSV) == [Line(2, {"kind": "job", "id": "1"})]


@pytest.mark.parametrize(
    ("line", "about"),
    [
        (b"[1]", "object"),
        (b"{", "JSON"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b'{"a": "\xff"}', "UTF-8"),
        (b'{"a": "\x00"}', "JSON"),
        (b'{"a": "\\u0000"}', "null byte"),
        (b'{"a": "\\ud800"}', "UTF-8"),
        (b'{"a": "' + b"x" * MOST_BYTES + b'"}', "longer"),
    ],
)
def test_a_bad_line_is_told_and_the_next_one_read(tmp_path: Path, line: bytes, about: str) -> None:
    bad, good = lines_of(tmp_path, line + b'\n{"a": 2}\n')
    assert about in bad.problem
    assert good == Line(2, {"a": 2})


def test_a_row_of_csv_may_go_over_several_lines(tmp_path: Path) -> None:
    csv = b'kind,prompt\njob,"two\nlines"\nuser,\n'
    assert lines_of(tmp_path, csv, Format.CSV) == [
        Line(2, {"kind": "job", "prompt": "two\nlines"}),
        Line(4, {"kind": "user"}),
    ]


@pytest.mark.parametrize("cell", [b"\x00", b"\xff"])
def test_a_cell_that_is_no_text_is_told(tmp_path: Path, cell: bytes) -> None:
    (line,) = lines_of(tmp_path, b"kind,id\njob," + cell + b"\n", Format.CSV)
    assert "id holds" in line.problem


def test_a_row_with_cells_too_many_is_told(tmp_path: Path) -> None:
    (line,) = lines_of(tmp_path, b"kind,id\njob,1,2\n", Format.CSV)
    assert "3 cells" in line.problem


@pytest.mark.parametrize("header", [b"", b"id,user\n", b"kind,kind\n", b"kind,colour\n"])
def test_a_csv_needs_a_header_that_it_can_be_read_by(tmp_path: Path, header: bytes) -> None:
    with pytest.raises(UnusableFile):
        lines_of(tmp_path, header + b"job,1\n", Format.CSV)


def test_the_name_tells_the_format() -> None:
    assert format_of(Path("a.CSV")) is Format.CSV
    assert format_of(Path("a.ndjson")) is Format.JSONL
    with pytest.raises(UnusableFile, match="--format"):
        format_of(Path("a.xlsx"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400), format=st.sampled_from(Format))
def test_no_bytes_whatever_stop_the_reading(tmp_path: Path, content: bytes, format: Format) -> None:
    prefix = b"kind,id\n" if format is Format.CSV else b""
    found = lines_of(tmp_path, prefix + content, format)

    numbers = [line.number for line in found]
    assert numbers == sorted(set(numbers))
    assert not numbers or numbers[-1] <= count(tmp_path / "history")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.lists(st.sampled_from([b"{}", b"1", b"\n", b"\r\n", b"", b"x" * 30])), size=st.integers(1, 40))
def test_a_file_read_in_parts_gives_the_same_lines(tmp_path: Path, content: list[bytes], size: int) -> None:
    path = tmp_path / "history"
    path.write_bytes(b"".join(content))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_files, "PART_BYTES", size)
        found = list(parts(path))

    whole = list(read(path, Format.JSONL, COLUMNS))
    assert [line for part in found for line in read(path, Format.JSONL, COLUMNS, part)] == whole
    assert sum(part.end - part.begin for part in found) == path.stat().st_size


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(st.dictionaries(TEXTS, TEXTS | st.integers(), max_size=3), max_size=5))
def test_what_was_written_as_json_lines_is_read_back(tmp_path: Path, records: list[dict[str, object]]) -> None:
    written = "".join(json.dumps(record) + "\n" for record in records).encode()
    assert [line.record for line in lines_of(tmp_path, written)] == records
