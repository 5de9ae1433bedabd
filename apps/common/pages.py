"""Renders a page, or only the part of it that an element asks for."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.exceptions import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

PARTIAL_HEADER = "X-Partial"
_PARTIAL_NAME = re.compile(r"[a-z][a-z-]{0,40}")


def render_page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The whole page, or the partial that the asking element names in the header ``X-Partial``.

    So the view doesn't know whether it answers a browser or an element. An unknown name gets the whole page.
    """
    response = HttpResponse(_body(request, template, context), status=status)
    patch_vary_headers(response, [PARTIAL_HEADER])
    return response


def asks_for(request: HttpRequest, partial: str) -> bool:
    """Whether an element asks for just this partial."""
    return request.headers.get(PARTIAL_HEADER) == partial


def _body(request: HttpRequest, template: str, context: dict[str, Any]) -> str:
    partial = request.headers.get(PARTIAL_HEADER, "")
    if _PARTIAL_NAME.fullmatch(partial):
        try:
            return render_to_string(f"{template}#{partial}", context, request)
        except TemplateDoesNotExist:
            pass
    return render_to_string(template, context, request)
