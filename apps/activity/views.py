"""The activity page, its drawer and its rows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from apps.accounts.models import User
from apps.accounts.requests import UserRequest
from apps.accounts.visits import note_activity_view
from apps.activity import analytics
from apps.activity.arrivals import MOST, arrivals, offer
from apps.activity.changes import changed_filters, former_query
from apps.activity.drawers import Drawer, drawer
from apps.activity.forms import FilterQuery
from apps.activity.items import ActivityItem
from apps.activity.presenters import ICONS, RowPresenter, export_links, list_page
from apps.activity.reading import count_arrivals, page_of
from apps.activity.timeline import MAX_LIMIT, Cursor, Timeline, Walk
from apps.common.access import owner
from apps.common.keyset import BadCursor
from apps.common.pages import is_opened, partial_asked_for, render_page
from apps.generations.queries import job_with_images

TEMPLATE = "activity/timeline.html"
STOP_POLLING = 286  # htmx's own status


@owner
@require_safe
def timeline(request: UserRequest) -> HttpResponse:
    """The list: newest items first, or those after the cursor in the address."""
    asked = FilterQuery(request.GET, request.user)
    if is_opened(request) and (former := former_query(request)) is not None:
        analytics.activity_filters_applied(request.user, changed_filters(asked.form, former))
    return render_page(request, TEMPLATE, _list_context(request, asked, request.GET))


@owner
@require_safe
def item(request: UserRequest, source_type: str, source_id: UUID) -> HttpResponse:
    """The drawer of one item; opened directly, the page with its drawer open."""
    found = _find(request.user, source_type, source_id)
    if is_opened(request):
        analytics.activity_item_opened(request.user, found)
    context: dict[str, object] = {"drawer": _drawer(request.user, found, timezone.now())}
    if partial_asked_for(request) != "drawer":
        nothing = QueryDict()
        context |= _list_context(request, FilterQuery(nothing, request.user), nothing)
    return render_page(request, TEMPLATE, context)


@owner
@require_safe
def row(request: UserRequest, source_type: str, source_id: UUID) -> HttpResponse:
    """One line as it stands now: a running job asks for it until it has ended."""
    found = _find(request.user, source_type, source_id)
    presenter = RowPresenter(request.user.zone, timezone.now())
    return render_page(request, TEMPLATE + "#row", {"rows": [presenter.row(found)]})


@owner
@require_safe
def new(request: UserRequest) -> HttpResponse:
    """The control that offers what came since the list was read: asked again and again while the page is looked at."""
    asked, walk, first_day = _reading(request)
    if walk is None:
        return HttpResponse(status=STOP_POLLING)
    shown = Timeline(user_id=request.user.pk, now=timezone.now(), filters=asked.filters, limit=MOST + 1)
    count = count_arrivals(shown, walk, after=request.user.written_position)
    context = {"offer": offer(asked.filters, walk, _filters_of(request), first_day, count)}
    return render_page(request, TEMPLATE + "#offer", context)


@owner
@require_safe
def new_rows(request: UserRequest) -> HttpResponse:
    """The rows of what came since, to be put on top of the list."""
    asked, walk, first_day = _reading(request)
    if walk is None:
        return HttpResponseClientRefresh()
    now = timezone.now()
    page = Timeline(user_id=request.user.pk, now=now, filters=asked.filters, limit=MAX_LIMIT).arrivals(walk)
    context = {"arrivals": arrivals(page, asked.filters, _filters_of(request), first_day=first_day, now=now)}
    return render_page(request, TEMPLATE + "#arrivals", context)


def _reading(request: UserRequest) -> tuple[FilterQuery, Walk | None, str]:
    """What is being read: its filters, what its walk has seen (null where that can't be told), its first day."""
    asked = FilterQuery(request.GET, request.user)
    try:
        walk = Walk.decode(request.GET.get("seen", ""), asked.filters)
    except BadCursor:
        walk = None
    return asked, walk, request.GET.get("first_day", "")


def _filters_of(request: UserRequest) -> dict[str, Any]:
    return {name: value for name, value in request.GET.dict().items() if name not in {"seen", "first_day"}}


def _list_context(request: UserRequest, asked: FilterQuery, query: QueryDict) -> dict[str, object]:
    now = timezone.now()
    is_page = not partial_asked_for(request)
    shown = Timeline(user_id=request.user.pk, now=now, filters=asked.filters, with_characters=is_page)
    cursor = _cursor(asked, query.get("cursor"))
    page = page_of(shown, cursor, after=request.user.written_position)
    if page.characters is not None:
        asked.list_characters(page.characters)
    # Without its element, a page further down stands alone and needs the heading of the day it begins in.
    after = cursor if partial_asked_for(request) == "more" else None
    if cursor is None and is_opened(request) and is_page:
        note_activity_view(request.user, now.date())
        analytics.activity_viewed(request.user, asked.filters, event_count=len(page.items))
    shown_page = list_page(page, filters=asked.filters, query=query, goes_on_after=after, now=now)
    first_day = shown_page.days[0].date if shown_page.days else ""
    return {
        "page": shown_page,
        "offer": offer(asked.filters, page.walk, query.dict(), first_day) if cursor is None else None,
        "filters": asked.form,
        "notices": asked.notices,
        "exports": export_links(asked.applied),
        "icons": ICONS,
    }


def _cursor(asked: FilterQuery, text: str | None) -> Cursor | None:
    """The cursor, or the beginning with a notice where it can't be used."""
    try:
        return Cursor.decode(text, asked.filters) if text else None
    except BadCursor as error:
        asked.notices.append(str(error))
        return None


def _find(user: User, source_type: str, source_id: UUID) -> ActivityItem:
    found = Timeline(user_id=user.pk, now=timezone.now()).item(source_type, source_id)
    if found is None:
        raise Http404
    return found


def _drawer(user: User, found: ActivityItem, now: datetime) -> Drawer:
    job, images = job_with_images(user, found.generation_job_id)
    return drawer(
        found,
        job=job,
        images=images if found.is_generation else (),
        close_url=reverse("activity:timeline"),
        zone=user.zone,
        now=now,
    )
