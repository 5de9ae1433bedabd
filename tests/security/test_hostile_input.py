"""Hostile input on every parameter of every address: never a crash, nothing reflected, nobody led away."""

from urllib.parse import urlsplit

import pytest
from django.http import HttpResponseBase
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from tests.addresses import names_of_ours
from tests.security import hostile
from tests.security.asking import Asked, requests
from tests.security.examples import tried
from tests.stage import WHO, Stage, taken_back

NAMES = [name for name in names_of_ours() if name != "metrics"]
APP_OF = {"staff": "orders", "shop": "orders", "api": "generations", "network": "credentials"}
OTHER_METHODS = ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
REDIRECTS = ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url", "HX-Replace-Url")


@pytest.mark.parametrize("name", NAMES)
@tried(times=5)
@given(data=st.data())
def test_whatever_is_sent_nothing_breaks_and_nothing_comes_back_as_it_was(
    name: str, data: DataObject, stage: Stage
) -> None:
    url = data.draw(st.sampled_from(stage.addresses[name]))
    app = APP_OF.get(name.partition(":")[0], name.partition(":")[0] if ":" in name else "common")
    methods = ["GET", "POST"] if data.draw(st.integers(0, 9)) else OTHER_METHODS
    asked = data.draw(requests(url, app, methods=methods))
    # Mostly those who get in, because there is more to be broken inside.
    at_home = "admin" if name.startswith("staff:") else "owner"
    who = at_home if data.draw(st.integers(0, 3)) else data.draw(st.sampled_from(WHO))

    with taken_back():
        answer = asked.sent_by(stage.browser(who))

    assert_harmless(answer, asked)


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
