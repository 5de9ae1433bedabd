"""One name for everything that a request sets off: in its log lines, its answer, its tasks, and what they record.

A task has the id of the request that sent it, also where a task sent it. What nobody asked for has none.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import uuid4

from django.http import HttpRequest, HttpResponseBase
from structlog.contextvars import bind_contextvars, get_contextvars, unbind_contextvars

HEADER: Final = "X-Request-ID"
KEY: Final = "request_id"
_ENVIRONMENT_NAME: Final = "HTTP_X_REQUEST_ID"
# Ids of proxies and tracing tools, and nothing that could be anything else in a log line or a header.
_VALID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{7,63}")


def current() -> str | None:
    """The id of the request that this thread works for, directly or in a task."""
    return get_contextvars().get(KEY)


def begin(environ: Mapping[str, Any]) -> None:
    """A request begins: it brings an id along, or is given one."""
    given = str(environ.get(_ENVIRONMENT_NAME, ""))
    bind_contextvars(**{KEY: given if _VALID.fullmatch(given) else uuid4().hex})


def go_on(request_id: object) -> None:
    """A task begins that was sent by a request with this id, or by none."""
    if isinstance(request_id, str) and _VALID.fullmatch(request_id):
        bind_contextvars(**{KEY: request_id})


def end() -> None:
    """The request has been answered to the last byte, or the task has ended."""
    unbind_contextvars(KEY)


class RequestIdMiddleware:
    """Tells the id to whoever asked, so that they can tell it to us."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        request_id = current()
        if request_id:
            response.headers[HEADER] = request_id
        return response
