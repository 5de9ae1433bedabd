"""Renders a page, or only the part of it that an element asks for."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.exceptions import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

_TARGET_HEADER = "HX-Target"
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
    if request.headers.get("HX-History-Restore-Request"):
        return ""
    target = request.headers.get(_TARGET_HEADER, "")
    return target if _PARTIAL_NAME.fullmatch(target) else ""


def _body(request: HttpRequest, template: str, context: dict[str, Any]) -> str:
    if partial := partial_asked_for(request):
        try:
            return render_to_string(f"{template}#{partial}", context, request)
        except TemplateDoesNotExist:
            pass
    return render_to_string(template, context, request)
