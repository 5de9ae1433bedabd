"""How long a request's body may be: known from its header, before anything of it is read or put aside."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render


def length_of_body(request: HttpRequest) -> int:
    """Its bytes; 0 where the header says nothing that can be read, and then nothing of it is read either."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


class BodyLimitMiddleware:
    """Refuses what is longer than any form or message, be it sent to whom it may: forms are read before views are."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if length_of_body(request) > settings.MOST_BODY_BYTES:
            return render(request, "413.html", status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return self.get_response(request)
