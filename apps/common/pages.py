"""Renders a page, or only the part of it that an element asks for."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.exceptions import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

_TARGET_HEADER = "HX-Target"
_RESTORE_HEADER = "HX-History-Restore-Request"
_PURPOSE_HEADERS = ("Sec-Purpose", "Purpose")
_PARTIAL_NAME = re.compile(r"[a-z][a-z-]{0,40}")


def render_page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The whole page, or the partial that bears the name of the element to be filled.

    So the view doesn't know whether it answers a browser or an element; a target without a partial of its name gets
    the whole page, as does a browser that goes back.
    """
    response = HttpResponse(_body(request, template, context), status=status)
    patch_vary_headers(response, [_TARGET_HEADER])
    return response


def partial_asked_for(request: HttpRequest) -> str:
    """The name of the element to be filled; empty for a whole page."""
    if request.headers.get(_RESTORE_HEADER):
        return ""
    target = request.headers.get(_TARGET_HEADER, "")
    return target if _PARTIAL_NAME.fullmatch(target) else ""


def is_prefetch(request: HttpRequest) -> bool:
    """Whether a browser fetches ahead what nobody has asked for yet, and may never."""
    return any("prefetch" in request.headers.get(name, "") for name in _PURPOSE_HEADERS)


def is_opened(request: HttpRequest) -> bool:
    """Whether a person asks to see this now, as opposed to a way back to what was seen before, or a prefetch."""
    return request.method == "GET" and _RESTORE_HEADER not in request.headers and not is_prefetch(request)


def _body(request: HttpRequest, template: str, context: dict[str, Any]) -> str:
    if partial := partial_asked_for(request):
        try:
            return render_to_string(f"{template}#{partial}", context, request)
        except TemplateDoesNotExist:
            pass
    return render_to_string(template, context, request)
