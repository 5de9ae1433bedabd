"""What every answer says to browsers and to caches on the way, whoever wrote it: a view, a file, a refusal."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_KEPT_BY_NOBODY: Final = "private, no-store"


class AnswerHeadersMiddleware:
    """Adds what isn't said yet. Stands outside of all that answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in _ALWAYS.items():
            response.headers.setdefault(name, value)
        if _is_somebodys(request, response):
            response.headers.setdefault("Cache-Control", _KEPT_BY_NOBODY)
        return response


def _is_somebodys(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether it may be about one person: who asked brought a session or a token along, or was given one."""
    session = settings.SESSION_COOKIE_NAME
    return session in request.COOKIES or session in response.cookies or "Authorization" in request.headers
