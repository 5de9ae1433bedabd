"""The staff's list of generations as a file: exactly what is filtered, all of it."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.accounts.requests import UserRequest
from apps.common.access import staff
from apps.common.export import csv_file, json_file
from apps.generations.staff import exports
from apps.generations.staff.forms import JobQuery

EXPORT = "generations.export_generations"
_FORMATS = {"CSV": "staff:generations-csv", "JSON": "staff:generations-json"}


@staff(EXPORT)
@require_GET
def export_csv(request: UserRequest) -> HttpResponseBase:
    """A line a generation. 400 for filters that can't be applied: a file has no place for the page's notices."""
    asked = JobQuery(request.GET, request.user.zone)
    if asked.notices:
        return _refused(asked)
    rows = exports.rows(asked.filters, timezone.now(), request.user.zone, after=request.user.written_position)
    return csv_file(rows, header=exports.COLUMNS, name=_name(request))


@staff(EXPORT)
@require_GET
def export_json(request: UserRequest) -> HttpResponseBase:
    """An object a generation. 400 as above."""
    asked = JobQuery(request.GET, request.user.zone)
    if asked.notices:
        return _refused(asked)
    objects = exports.objects(asked.filters, timezone.now(), after=request.user.written_position)
    return json_file(objects, name=_name(request))


def export_links(applied: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The formats, with the address of a file of what these filters leave."""
    query = f"?{urlencode(applied)}" if applied else ""
    return tuple((name, reverse(address) + query) for name, address in _FORMATS.items())


def _name(request: UserRequest) -> str:
    return f"generations-{timezone.localdate(timezone=request.user.zone):%Y-%m-%d}"


def _refused(asked: JobQuery) -> HttpResponse:
    reason = _("Nothing was exported, because a file has to hold exactly what its filters say:")
    return HttpResponse("\n".join([reason, *asked.notices, ""]), status=400, content_type="text/plain; charset=utf-8")
