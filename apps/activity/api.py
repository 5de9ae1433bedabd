"""The timeline in the JSON API."""

from typing import Any

from django.utils import timezone
from ninja import Path, Query, Router

from apps.accounts.api_auth import ApiRequest, needs
from apps.accounts.scopes import Scope
from apps.activity.reading import page_of
from apps.activity.schemas import Item, ItemPage, ItemPath, TimelineQuery
from apps.activity.timeline import Cursor, Timeline
from apps.common.problem import Problem

router = Router(tags=["Activity"], by_alias=True)


@router.get("/activity", response=ItemPage, auth=needs(Scope.ACTIVITY_READ), summary="List activity")
def list_activity(request: ApiRequest, query: Query[TimelineQuery]) -> dict[str, Any]:
    """What was generated and where each credit went, newest first. A walk over the pages is a snapshot of its start."""
    user = request.auth.user
    filters = query.filters_for(user)
    timeline = Timeline(user_id=user.pk, now=timezone.now(), filters=filters, limit=query.limit)
    cursor = Cursor.decode(query.cursor, filters) if query.cursor else None
    page = page_of(timeline, cursor, after=user.written_position)
    return {
        "items": [item.as_json() for item in page.items],
        "next_cursor": page.next_cursor.encode(filters) if page.next_cursor else None,
    }


@router.get(
    "/activity/{sourceType}/{sourceId}", response=Item, auth=needs(Scope.ACTIVITY_READ), summary="One item of activity"
)
def one_activity(request: ApiRequest, path: Path[ItemPath]) -> dict[str, Any]:
    """The item as it stands now."""
    timeline = Timeline(user_id=request.auth.user.pk, now=timezone.now())
    item = timeline.item(path.source_type, path.source_id)
    if item is None:
        raise Problem(404)
    return item.as_json()
