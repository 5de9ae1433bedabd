"""What of the timeline is asked for: the form's fields, their cleaning, and the bounds they put on both sources."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2s
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.days import beginning_of, end_of
from apps.credits.models import TransactionKind
from apps.generations.models import JobKind
from apps.generations.states import IN_FLIGHT, Status


class DateRange(models.TextChoices):
    """The default stands first: a form whose address names none shows, and would send, the first of a list."""

    ALL_TIME = "all_time", _("All time")
    LAST_7_DAYS = "last_7_days", _("Last 7 days")
    LAST_30_DAYS = "last_30_days", _("Last 30 days")


class Type(models.TextChoices):
    ALL = "all", _("Everything")
    GENERATION = "generation", _("Generations")
    CREDITS = "credits", _("Credits")


UTC = ZoneInfo("UTC")
_DAYS = {DateRange.LAST_7_DAYS: 7, DateRange.LAST_30_DAYS: 30}
_KIND_OF_STATUS = {Status.COMPLETED: JobKind.COMPLETED, Status.FAILED: JobKind.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineFilters:
    """The filters of a timeline. Days are the person's own: they begin at midnight in ``zone``."""

    range: DateRange = DateRange.ALL_TIME
    first_day: date | None = None
    last_day: date | None = None
    type: Type = Type.ALL
    character_id: UUID | None = None
    status: Status | None = None
    words: str = ""
    zone: ZoneInfo = UTC

    @property
    def is_active(self) -> bool:
        """Whether anything is left out."""
        return self.fingerprint != TimelineFilters(zone=self.zone).fingerprint

    @property
    def fingerprint(self) -> str:
        """A short text that differs for different filters: a cursor belongs to the filters it was made for."""
        values: tuple[Any, ...] = (
            self.range, self.first_day, self.last_day, self.type, self.character_id, self.status, self.words,
            self.zone.key,
        )  # fmt: skip
        return blake2s("|".join(map(str, values)).encode(), digest_size=6).hexdigest()

    @property
    def has_bounds(self) -> bool:
        """Whether the time is narrowed at all."""
        return bool(self.first_day or self.last_day or self.range in _DAYS)

    def since(self, now: datetime) -> datetime | None:
        """From when, inclusive: the later of the first day and of what the range reaches back to from ``now``."""
        days = _DAYS.get(self.range)
        of_range = now.astimezone(self.zone).date() - timedelta(days=days - 1) if days else date.min
        first = max(of_range, self.first_day or date.min)
        return beginning_of(first, self.zone) if first > date.min else None

    @property
    def until(self) -> datetime | None:
        """Until when, exclusive: the midnight after the last day."""
        return end_of(self.last_day, self.zone) if self.last_day else None

    @property
    def job_kinds(self) -> tuple[JobKind, ...]:
        """The kinds of jobs to show."""
        if self.type == Type.CREDITS:
            return ()
        if self.status in IN_FLIGHT:
            return (JobKind.STARTED,)
        return (_KIND_OF_STATUS[self.status],) if self.status else tuple(JobKind)

    @property
    def credit_kinds(self) -> tuple[TransactionKind, ...]:
        """The kinds of credit transactions to show: none where a job's status or prompt is asked for."""
        if self.type == Type.GENERATION or self.status or self.words:
            return ()
        if self.character_id:
            return (TransactionKind.CONSUMED, TransactionKind.REFUNDED)
        return tuple(TransactionKind)


EVERYTHING = TimelineFilters()


def searched(text: str) -> str:
    """The text as prompts are searched for it; empty where there is no word in it to search for."""
    return " ".join(text.lower().split()) if any(map(str.isalnum, text)) else ""
