"""The timeline as a file: exactly what is filtered, all of it."""

from collections.abc import Iterator

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.accounts.requests import UserRequest
from apps.activity import exports
from apps.activity.forms import FilterQuery
from apps.activity.items import ActivityItem
from apps.common.access import owner
from apps.common.export import csv_file, json_file


@owner
@require_GET
def export_csv(request: UserRequest) -> HttpResponseBase:
    """A line an item. 400 for filters that can't be applied: a file has no place for the page's notices."""
    asked = FilterQuery(request.GET, request.user)
    if asked.notices:
        return _refused(asked)
    zone = request.user.zone
    rows = (exports.row(item, zone) for item in _items(request, asked))
    return csv_file(rows, header=exports.COLUMNS, name=_name(request))


@owner
@require_GET
def export_json(request: UserRequest) -> HttpResponseBase:
    """The items as the API tells them. 400 as above."""
    asked = FilterQuery(request.GET, request.user)
    if asked.notices:
        return _refused(asked)
    return json_file((item.as_json() for item in _items(request, asked)), name=_name(request))


def _items(request: UserRequest, asked: FilterQuery) -> Iterator[ActivityItem]:
    user = request.user
    return exports.items(user.pk, asked.filters, timezone.now(), after=user.written_position)


def _name(request: UserRequest) -> str:
    """The file's name: with the day on which it was made where the person is."""
    return f"activity-{timezone.localdate(timezone=request.user.zone):%Y-%m-%d}"


def _refused(asked: FilterQuery) -> HttpResponse:
    reason = _("Nothing was exported, because a file has to hold exactly what its filters say:")
    return HttpResponse("\n".join([reason, *asked.notices, ""]), status=400, content_type="text/plain; charset=utf-8")
