"""Counts and times every request."""

import time
from collections.abc import Callable
from http import HTTPMethod
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from apps.common.metrics import REQUEST_SECONDS, REQUESTS

_METHODS: Final = frozenset(HTTPMethod)


class MeteringMiddleware:
    """Stands first in the list, so that it times all the others too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        response = self.get_response(request)
        route = _route_of(request)
        method = request.method if request.method in _METHODS else "other"
        REQUESTS.labels(route, method, f"{response.status_code // 100}xx").inc()
        REQUEST_SECONDS.labels(route).observe(time.perf_counter() - begun)
        return response


def _route_of(request: HttpRequest) -> str:
    """The name in the URL map; there are as many as there are routes, whatever people ask for."""
    match = request.resolver_match
    if match is None:
        return "static" if request.path_info.startswith(settings.STATIC_URL) else "none"
    return match.view_name or "unnamed"
