"""Requests to the addresses of the URL map, with hostile words in every place where a request can have words."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.http import HttpResponseBase
from django.test import Client
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.security import hostile
from tests.security.words import Names

# Headers that the product or its packages read.
HEADERS: Final = (
    "Accept", "Accept-Encoding", "Accept-Language", "Authorization", "HX-Boosted", "HX-Current-URL",
    "HX-History-Restore-Request", "HX-Prompt", "HX-Request", "HX-Target", "HX-Trigger", "If-Match", "If-Modified-Since",
    "If-None-Match", "If-Range", "Idempotency-Key", "Origin", "Purpose", "Range", "Referer", "User-Agent",
    "X-CSRFToken", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-HTTP-Method-Override", "X-Request-ID",
)  # fmt: skip
COOKIES: Final = ("__Host-csrftoken", "messages", "__Host-sessionid", "django_language", "x")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request; printed, it can be made again."""

    method: str
    path: str
    query: str
    body: bytes
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def sent_by(self, browser: Client) -> HttpResponseBase:
        """The answer to it, read to the end."""
        for name, value in self.cookies.items():
            browser.cookies[name] = value
        answer = browser.generic(
            self.method, self.path, self.body, self.content_type, QUERY_STRING=self.query, headers=self.headers
        )
        if getattr(answer, "streaming", False):
            answer.content_sent = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        return answer


@st.composite
def requests(draw: DrawFn, path: str, names: Names, *, methods: Sequence[str]) -> Asked:
    """A request to the path, or to one like it, with these parameters and fields, which it knows, among others."""
    cookies = st.dictionaries(st.sampled_from(COOKIES), hostile.header_texts, max_size=2)
    query = draw(_pairs(names))
    method = draw(st.sampled_from(methods))
    body, content_type = draw(_bodies(names)) if method != "GET" else (b"", "")
    return Asked(
        method=method,
        path=draw(_paths(path)),
        query=_encoded(query),
        body=body,
        content_type=content_type,
        headers=draw(st.dictionaries(st.sampled_from(HEADERS), hostile.header_texts, max_size=4)),
        cookies=draw(cookies) if draw(st.integers(0, 5)) == 0 else {},
    )


@st.composite
def _paths(draw: DrawFn, path: str) -> str:
    """The path itself, or with other words in the place of one of its parts."""
    if draw(st.integers(0, 3)):
        return path
    parts = path.split("/")
    place = draw(st.integers(1, max(1, len(parts) - 2)))
    parts[place] = quote(draw(hostile.texts).encode("utf-8", "surrogatepass")[:2_000])
    return "/" + "/".join(parts).lstrip("/")


def _pairs(names: Names) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Values of parameters: mostly ones that are understood, so that the hostile ones get deeper in."""
    pair = st.sampled_from(sorted(names)).flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from(names[name]) | hostile.texts)
    )
    return st.lists(pair | st.tuples(hostile.texts, hostile.texts), max_size=8)


@st.composite
def _bodies(draw: DrawFn, names: Names) -> tuple[bytes, str]:
    """A form, as browsers send it, of all fields; or JSON, or anything under any name."""
    kind = draw(st.sampled_from(["form", "form", "form", "json", "bytes"]))
    if kind == "form":
        of_all = st.fixed_dictionaries({name: st.sampled_from(names[name]) | hostile.texts for name in sorted(names)})
        pairs = [*draw(of_all).items(), *draw(_pairs(names))]
        return _encoded(pairs).encode(), "application/x-www-form-urlencoded"
    if kind == "json":
        shape = st.dictionaries(st.sampled_from(sorted(names)) | hostile.texts, hostile.json_values, max_size=8)
        return _json(draw(shape | hostile.json_values)), "application/json"
    return draw(hostile.bodies), draw(hostile.content_types)


def _encoded(pairs: list[tuple[str, str]]) -> str:
    return urlencode(pairs, encoding="utf-8", errors="surrogatepass")


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()
