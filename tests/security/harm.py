"""What an answer must not be, whatever was asked for."""

from typing import Final
from urllib.parse import urlsplit

from django.http import HttpResponseBase

from tests.security import hostile
from tests.security.asking import Asked

REDIRECTS: Final = ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url", "HX-Replace-Url")


def assert_harmless(answer: HttpResponseBase, asked: Asked) -> None:
    """It isn't a failure, holds no script that was sent, and leads nowhere else."""
    assert answer.status_code < 500, asked
    content = b"" if answer.streaming else answer.content  # type: ignore[attr-defined]
    if answer.get("Content-Type", "text/html").startswith("text/html"):
        assert not [each for each in hostile.UNESCAPED if each.encode() in content], asked
    for header in REDIRECTS:
        where = answer.get(header, "/")
        assert not where.startswith(("//", "/\\", "\\")), asked
        assert urlsplit(where).netloc in ("", "testserver"), asked
        assert urlsplit(where).scheme in ("", "http"), asked
    assert "hostile" not in answer.cookies
