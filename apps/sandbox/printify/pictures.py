"""The door to the products' pictures."""

from functools import cache

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from apps.common.access import public
from apps.sandbox.printify import mockups
from apps.sandbox.printify.catalogue import PICTURES

_drawn = cache(mockups.png)


@public
@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """A product's picture, which never changes."""
    if name not in PICTURES:
        raise Http404
    return HttpResponse(_drawn(name), content_type="image/png", headers={"Cache-Control": "public, max-age=86400"})
