"""The timeline as a procedure of tRPC."""

from typing import Any, Literal

from django.utils import timezone
from pydantic import ConfigDict, Field

from apps.accounts.callers import Caller
from apps.accounts.scopes import Scope
from apps.activity.filters import TimelineFilters
from apps.activity.reading import page_of
from apps.activity.schemas import TimelineWish
from apps.activity.timeline import CURSOR_PARTS, Cursor, Timeline
from apps.common import keyset
from apps.common.schemas import ApiSchema, CursorText, utc_text
from apps.common.trpc import Procedure

# What a walk needs beside the names that its clients know.
_WALK_PARTS = ("x", "d", "f")


class CursorObject(ApiSchema):
    """Where to go on: the last item's place, when the walk began, and what the walk must remember."""

    occurred_at: str
    source_type: str
    source_id: str
    as_of: str
    walk: CursorText

    @classmethod
    def of(cls, cursor: Cursor, filters: TimelineFilters) -> "CursorObject":
        """The cursor for clients, who send it back as it is."""
        parts = cursor.parts(filters)
        return cls(
            occurred_at=utc_text(cursor.position.occurred_at),
            source_type=cursor.position.source_type,
            source_id=str(cursor.position.id),
            as_of=utc_text(cursor.walk.as_of),
            walk=keyset.encode({name: parts[name] for name in _WALK_PARTS}),
        )

    def read(self, filters: TimelineFilters) -> Cursor:
        """The cursor that it stands for. Raises BadCursor."""
        named = (self.occurred_at, self.source_type, self.source_id, self.as_of)
        parts = dict(zip(CURSOR_PARTS, named, strict=False)) | keyset.decode(self.walk, _WALK_PARTS)
        return Cursor.of_parts(parts, filters)


class TimelineInput(TimelineWish):
    """The wish as a procedure's input. React's infinite queries add the direction they scroll in: there is one."""

    model_config = ConfigDict(extra="forbid")

    cursor: CursorObject | None = None
    direction: Literal["forward"] = Field("forward")


def list_activity(caller: Caller, asked: TimelineInput) -> dict[str, Any]:
    """A page of the timeline, newest first."""
    filters = asked.filters_for(caller.user)
    timeline = Timeline(user_id=caller.user.pk, now=timezone.now(), filters=filters, limit=asked.limit)
    cursor = asked.cursor.read(filters) if asked.cursor else None
    page = page_of(timeline, cursor, after=caller.user.written_position)
    following = CursorObject.of(page.next_cursor, filters) if page.next_cursor else None
    return {
        "items": [item.as_json() for item in page.items],
        "nextCursor": following and following.model_dump(by_alias=True),
    }


PROCEDURES = [
    Procedure(name="activity.list", scope=Scope.ACTIVITY_READ, input=TimelineInput, run=list_activity),
]
