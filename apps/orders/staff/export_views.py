"""The feed as a file: exactly what is filtered, all of it."""

from collections.abc import Mapping
from functools import partial

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.accounts.requests import UserRequest
from apps.common.access import staff
from apps.common.export import csv_file, json_file
from apps.orders.staff import exports
from apps.orders.staff.asked import address
from apps.orders.staff.feed_forms import FeedQuery
from apps.orders.staff.permissions import SEE_FEED

_FORMATS = {"CSV": "staff:feed-csv", "JSON": "staff:feed-json"}


@staff(SEE_FEED)
@require_GET
def export_csv(request: UserRequest) -> HttpResponseBase:
    """A line an entry, or an open problem. 400 for filters that can't be applied: a file has no place for notices."""
    asked = FeedQuery(request.GET, request.user.zone)
    if asked.notices:
        return _refused(asked)
    rows = exports.problems if asked.is_attention else partial(exports.entries, after=request.user.written_position)
    header = exports.PROBLEM_COLUMNS if asked.is_attention else exports.ENTRY_COLUMNS
    cells = (tuple(each.values()) for each in rows(asked.filters, asked.zone))
    return csv_file(cells, header=header, name=_name(asked))


@staff(SEE_FEED)
@require_GET
def export_json(request: UserRequest) -> HttpResponseBase:
    """An object an entry, with its facts, or an open problem. 400 as above."""
    asked = FeedQuery(request.GET, request.user.zone)
    if asked.notices:
        return _refused(asked)
    if asked.is_attention:
        return json_file(exports.problems(asked.filters), name=_name(asked))
    entries = exports.entries_with_facts(asked.filters, after=request.user.written_position)
    return json_file(entries, name=_name(asked))


def export_links(in_address: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The formats, with the address of a file of what these filters leave."""
    return tuple((name, address(reverse(view), in_address)) for name, view in _FORMATS.items())


def _name(asked: FeedQuery) -> str:
    what = "needs-attention" if asked.is_attention else "activity-log"
    return f"{what}-{timezone.localdate(timezone=asked.zone):%Y-%m-%d}"


def _refused(asked: FeedQuery) -> HttpResponse:
    reason = _("Nothing was exported, because a file has to hold exactly what its filters say:")
    return HttpResponse("\n".join([reason, *asked.notices, ""]), status=400, content_type="text/plain; charset=utf-8")
