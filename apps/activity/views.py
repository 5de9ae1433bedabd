"""The activity page, its drawer and its rows."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.models import User
from apps.accounts.requests import UserRequest
from apps.activity import analytics
from apps.activity.drawers import Drawer, drawer
from apps.activity.forms import FilterQuery
from apps.activity.items import ActivityItem
from apps.activity.presenters import ICONS, RowPresenter, export_links, list_page
from apps.activity.timeline import Cursor, Timeline
from apps.common.access import owner
from apps.common.keyset import BadCursor
from apps.common.pages import partial_asked_for, render_page
from apps.generations.queries import job_with_images

TEMPLATE = "activity/timeline.html"


@owner
@require_safe
def timeline(request: UserRequest) -> HttpResponse:
    """The list: newest items first, or those after the cursor in the address."""
    context = _list_context(request, request.GET)
    return render_page(request, TEMPLATE, context)


@owner
@require_safe
def item(request: UserRequest, source_type: str, source_id: UUID) -> HttpResponse:
    """The drawer of one item; opened directly, the page with its drawer open."""
    found = _find(request.user, source_type, source_id)
    analytics.activity_item_opened(request.user, found)
    context: dict[str, object] = {"drawer": _drawer(request.user, found, timezone.now())}
    if partial_asked_for(request) != "drawer":
        context |= _list_context(request, QueryDict())
    return render_page(request, TEMPLATE, context)


@owner
@require_safe
def row(request: UserRequest, source_type: str, source_id: UUID) -> HttpResponse:
    """One line as it stands now: a running job asks for it until it has ended."""
    found = _find(request.user, source_type, source_id)
    presenter = RowPresenter(request.user.zone, timezone.now())
    return render_page(request, TEMPLATE + "#row", {"row": presenter.row(found)})


def _list_context(request: UserRequest, query: QueryDict) -> dict[str, object]:
    now = timezone.now()
    asked = FilterQuery(query, request.user)
    shown = Timeline(user_id=request.user.pk, now=now, filters=asked.filters)
    cursor = _cursor(asked, query.get("cursor"))
    page = shown.page(cursor)
    if cursor is None and not partial_asked_for(request):
        analytics.activity_viewed(request.user, asked.filters, event_count=len(page.items))
    return {
        "page": list_page(page, filters=asked.filters, query=query, cursor=cursor, now=now),
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
