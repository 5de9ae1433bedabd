"""What operators' texts may not say."""

import pytest

from apps.common.redaction import scrubbed, scrubbed_all


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mail to ann.o'neil+x@mail.example.com failed", "mail to [e-mail] failed"),
        ("<ann@example.co.uk>,<bob@example.com>", "<[e-mail]>,<[e-mail]>"),
        ("said='ann@example.com is bad'&to=bob%40example.com&x", "said='[e-mail] is bad'&to=[e-mail]&x"),
        ("Authorization: Bearer abc.def", "Authorization: [secret]"),
        ("key act_0123456789abcdef is bad", "key [secret] is bad"),
        ("GET /x?token=abcdef&y=1", "GET /x?token=[secret]&y=1"),
        ("postgresql://user:word@host/name", "postgresql://[secret]@host/name"),
        ("refused\nDETAIL:  Key (email)=(a) exists.\nHINT: none", "refused\nDETAIL: [row]\nHINT: none"),
        ("task orders.submit of 01939b57-8f6c", "task orders.submit of 01939b57-8f6c"),
        ("", ""),
    ],
)
def test_addresses_secrets_and_rows_are_taken_out(text: str, said: str) -> None:
    assert scrubbed(text) == said


def test_nested_texts_are_found_and_everything_else_is_left() -> None:
    facts = {"to": ["ann@example.com", {"again": ("bob@example.com", 3)}], "count": 2, "none": None}

    assert scrubbed_all(facts) == {"to": ["[e-mail]", {"again": ["[e-mail]", 3]}], "count": 2, "none": None}


def test_what_is_nested_without_end_is_cut() -> None:
    endless: list[object] = ["ann@example.com"]
    endless.append(endless)

    assert "ann@" not in repr(scrubbed_all(endless))
