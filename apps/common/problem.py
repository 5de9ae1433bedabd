"""Errors of the JSON API, as RFC 9457 describes them: ``application/problem+json``, whatever went wrong and where."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MEDIA_TYPE: Final = "application/problem+json"
API_PREFIX: Final = "/api/v1/"

# What is said where nothing better is known. For 404 nothing better may ever be said: an id of someone else's must
# answer like one that doesn't exist.
_DETAILS: Final = {
    400: _("The request couldn't be understood."),
    401: _("Sign in, or send a valid token in the header Authorization: Bearer."),
    403: _("This isn't allowed."),
    404: _("There is nothing here."),
    405: _("This address doesn't know that method."),
    429: _("Too many requests. Wait a moment."),
    500: _("Something went wrong on our side. Nothing was changed; try again."),
}


class Problem(Exception):
    """An answer that isn't what was asked for: raise it anywhere within an API route.

    ``errors`` names each wrong part: a ``detail`` and the ``parameter``, ``header`` or JSON ``pointer`` it is about.
    ``type`` is a URI for clients to tell problems of one status apart by; left out, the status says it all.
    """

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        type: str = "about:blank",
        title: str = "",
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail)
        self.status = status
        self.body: dict[str, Any] = {
            "type": type,
            "title": title or HTTPStatus(status).phrase,
            "status": status,
            "detail": detail or str(_DETAILS.get(status, "")),
            "errors": list(errors),
        }
        self.headers = headers or {}

    @classmethod
    def of_parameter(cls, name: str, detail: str) -> "Problem":
        """Status 400, for one query parameter."""
        return cls(400, str(_DETAILS[400]), errors=[{"detail": detail, "parameter": name}])

    def response(self) -> HttpResponse:
        """The answer that says so."""
        return HttpResponse(self.content, MEDIA_TYPE, self.status, headers=self.headers)

    @property
    def content(self) -> bytes:
        return json.dumps(self.body, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemType:
    """A problem that a program may want to tell from others of the same status: by its ``uri``, where it is explained.

    ``about`` says what to do about it.
    """

    name: str
    status: HTTPStatus
    title: str | Promise
    about: str | Promise

    @property
    def anchor(self) -> str:
        return f"problem-{self.name}"

    @property
    def uri(self) -> str:
        """The type as a reference to the API's page for people."""
        return f"{API_PREFIX}docs#{self.anchor}"

    def problem(self, detail: str, headers: Mapping[str, str] | None = None) -> Problem:
        """A problem of this type; ``detail`` says what it was this time."""
        return Problem(self.status, detail, type=self.uri, title=str(self.title), headers=headers)


_types: dict[str, ProblemType] = {}


def register(kind: ProblemType) -> ProblemType:
    """Has the API's page for people explain the type."""
    _types[kind.name] = kind
    return kind


def registered_types() -> list[ProblemType]:
    """Every type of its own, by status."""
    return sorted(_types.values(), key=lambda kind: (kind.status, kind.name))


class ProblemMiddleware:
    """Makes a problem of every error page under the API's addresses, whoever wrote it.

    Routes raise Problem; but unknown addresses, wrong methods and crashes are answered by Django, in HTML. Stands
    first in the list, so that it sees what the other middleware answers as well; their headers are kept.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code >= HTTPStatus.BAD_REQUEST and request.path_info.startswith(API_PREFIX):
            return _as_problem(response)
        return response


def _as_problem(response: HttpResponseBase) -> HttpResponseBase:
    if not isinstance(response, HttpResponse) or response.get("Content-Type") == MEDIA_TYPE:
        return response
    response.content = Problem(response.status_code).content
    response["Content-Type"] = MEDIA_TYPE
    response["Content-Length"] = str(len(response.content))
    del response["Content-Encoding"]
    return response


def schema() -> dict[str, Any]:
    """The JSON Schema of a problem, for the API's description."""
    texts = {name: {"type": "string"} for name in ("detail", "parameter", "header", "pointer")}
    error = {"type": "object", "properties": texts, "required": ["detail"]}
    properties = {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": error},
    }
    return {"title": "Problem", "type": "object", "properties": properties, "required": list(properties)}
