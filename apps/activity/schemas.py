"""The timeline's shapes in the API: what can be asked for, and what an item is."""

import re
from datetime import date
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import BeforeValidator, Field

from apps.accounts.models import User
from apps.activity.filters import DateRange, TimelineFilters, Type, searched
from apps.activity.items import ActivityType, SourceType
from apps.activity.timeline import DEFAULT_LIMIT, MAX_LIMIT
from apps.common.problem import Problem
from apps.common.schemas import ApiSchema, CursorText, QuerySchema, StorableText, UtcTime
from apps.generations.states import Status

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _iso_day(value: object) -> date:
    """A day as ISO 8601 writes it; left to itself, pydantic would take seconds since 1970 for one, too."""
    if not isinstance(value, str) or not _ISO_DAY.fullmatch(value):
        raise ValueError("A day looks like 2026-11-21.")
    return date.fromisoformat(value)


Day = Annotated[date, BeforeValidator(_iso_day), Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))]


class TimelineWish(ApiSchema):
    """Which items, and how many of them. Days begin at midnight in the time zone of the account."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    date_range: DateRange = DateRange.ALL_TIME
    type_filter: Type = Type.ALL
    first_day: Day | None = Field(None, alias="from", description="The first day, included.")
    last_day: Day | None = Field(None, alias="to", description="The last day, included.")
    character: UUID | None = Field(None, description="The id of an AI influencer of yours.")
    status: Status | None = Field(None, description="Jobs with this status only.")

    q: StorableText = Field("", max_length=200, description="Words in the prompt.")

    def filters_for(self, user: User) -> TimelineFilters:
        """The filters of the person's timeline. Raises Problem for what can't be shown."""
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise Problem.of_parameter("to", _("The period ends before it begins."))
        if self.character and not user.characters.filter(pk=self.character).exists():
            raise Problem.of_parameter("character", _("You have no such AI influencer."))
        words = searched(self.q)
        if self.q and not words:
            raise Problem.of_parameter("q", _("A search needs a word."))
        return TimelineFilters(
            range=self.date_range,
            first_day=self.first_day,
            last_day=self.last_day,
            type=self.type_filter,
            character_id=self.character,
            status=self.status,
            words=words,
            zone=user.zone,
        )


class TimelineQuery(TimelineWish, QuerySchema):
    """The wish as the query of an address, with where to go on."""

    cursor: CursorText | None = None


class ItemPath(ApiSchema):
    """Which item: its source and its id there."""

    source_type: SourceType = Field(description="Where it is stored.")
    source_id: UUID = Field(description="Its id there.")


class Source(ApiSchema):
    """Where an item is stored."""

    source_type: SourceType
    source_id: UUID


class Item(ApiSchema):
    """One thing that happened: a generation, or a movement of credits."""

    id: UUID
    occurred_at: UtcTime
    type: ActivityType
    title: str
    description: str
    character_id: UUID | None
    character_name: str | None
    generation_job_id: UUID | None
    credit_transaction_id: UUID | None
    credits_delta: int = Field(description="The transaction's own amount, or the net of all of a generation's.")
    balance_after: int | None = Field(description="Credits left after the transaction; null for generations.")
    source: Source
    status: Status | None
    quality: str | None
    aspect_ratio: str | None
    image_count: int | None


class ItemPage(ApiSchema):
    """Some items, newest first, and where to go on; null at the end, and only there.

    A search looks so far back at a time, so that a page of one can hold fewer items than its limit, or none.
    """

    items: list[Item]
    next_cursor: str | None
