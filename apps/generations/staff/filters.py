"""Which generations the staff ask for, and the conditions that this puts on the table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2s
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.days import beginning_of, end_of
from apps.generations.models import JobKind
from apps.generations.states import Status


class Period(models.TextChoices):
    """The default stands first: it is what an address that names none means."""

    LAST_30_DAYS = "last_30_days", _("Last 30 days")
    TODAY = "today", _("Today")
    LAST_7_DAYS = "last_7_days", _("Last 7 days")
    LAST_90_DAYS = "last_90_days", _("Last 90 days")
    ALL_TIME = "all_time", _("All time")


class State(models.TextChoices):
    """The states of a job, and the two that it hasn't ended in taken together."""

    PENDING = "pending", _("Pending")
    QUEUED = Status.QUEUED.value, Status.QUEUED.label
    PROCESSING = Status.PROCESSING.value, Status.PROCESSING.label
    COMPLETED = Status.COMPLETED.value, Status.COMPLETED.label
    FAILED = Status.FAILED.value, Status.FAILED.label


UTC = ZoneInfo("UTC")
NOBODY = 0  # a user's key that none has: somebody was asked for who isn't there

_DAYS = {Period.TODAY: 1, Period.LAST_7_DAYS: 7, Period.LAST_30_DAYS: 30, Period.LAST_90_DAYS: 90}
_KIND_OF_STATE = dict.fromkeys(State, JobKind.STARTED) | {
    State.COMPLETED: JobKind.COMPLETED,
    State.FAILED: JobKind.FAILED,
}
_FEW = (JobKind.STARTED, JobKind.FAILED)  # those of the index `job_newest_not_completed`
_ONE_STATUS = (State.QUEUED, State.PROCESSING)


class Condition(NamedTuple):
    """A condition on the rows, and its one parameter."""

    sql: str
    name: str
    value: Any


class Group(NamedTuple):
    """Jobs that stand together in an index, by the column that it begins with; ``among`` is what it holds at all."""

    column: str
    value: int
    among: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilters:
    """The filters of a list of generations. Days begin at midnight in ``zone``; own dates replace the period."""

    period: Period = Period.LAST_30_DAYS
    first_day: date | None = None
    last_day: date | None = None
    state: State | None = None
    user_id: int | None = None
    plan_id: int | None = None
    model: str = ""
    error_code: str = ""
    words: tuple[str, ...] = ()
    zone: ZoneInfo = UTC

    @property
    def fingerprint(self) -> str:
        """A short text that differs for different filters: a cursor belongs to the filters it was made for."""
        values: tuple[Any, ...] = (
            self.period, self.first_day, self.last_day, self.state, self.user_id, self.plan_id, self.model,
            self.error_code, self.words, self.zone.key,
        )  # fmt: skip
        return blake2s("|".join(map(str, values)).encode(), digest_size=6).hexdigest()

    def first(self, now: datetime) -> date | None:
        """The first day asked for; null without a bound."""
        if self.has_dates:
            return self.first_day
        days = _DAYS.get(self.period)
        return now.astimezone(self.zone).date() - timedelta(days=days - 1) if days else None

    def last(self, now: datetime) -> date:
        """The last day asked for, at the latest today."""
        today = now.astimezone(self.zone).date()
        return min(self.last_day, today) if self.last_day else today

    @property
    def has_dates(self) -> bool:
        """Whether days were named, so that the period says nothing."""
        return bool(self.first_day or self.last_day)

    def since(self, now: datetime) -> datetime | None:
        """From when on; null without a bound."""
        first = self.first(now)
        return beginning_of(first, self.zone) if first else None

    @property
    def until(self) -> datetime | None:
        """Until before when; null without a bound."""
        return end_of(self.last_day, self.zone) if self.last_day else None

    @property
    def group(self) -> Group | None:
        """Whose or which jobs an index holds together; null where they are everyone's."""
        if self.user_id is not None:
            return Group("user_id", self.user_id, "true")
        if self._kind in _FEW:
            return Group("kind", int(self._kind), f"kind IN ({', '.join(str(int(kind)) for kind in _FEW)})")
        return None

    def unindexed(self) -> list[Condition]:
        """What has to be looked at row by row."""
        return [*self._of_state(), *self._of_making(), *self._of_prompt()]

    @property
    def _kind(self) -> JobKind | None:
        return _KIND_OF_STATE[self.state] if self.state else None

    def _of_state(self) -> Iterator[Condition]:
        if self._kind and (self.user_id is not None or self._kind not in _FEW):
            yield Condition("kind = %(kind)s", "kind", int(self._kind))
        if self.state in _ONE_STATUS:
            yield Condition("status = %(status)s", "status", self.state.value)

    def _of_making(self) -> Iterator[Condition]:
        if self.plan_id is not None:
            yield Condition("plan_id = %(plan_id)s", "plan_id", self.plan_id)
        if self.model:
            yield Condition("model = %(model)s", "model", self.model)
        if self.error_code:
            yield Condition("error_code = %(error_code)s", "error_code", self.error_code)

    def _of_prompt(self) -> Iterator[Condition]:
        for number, word in enumerate(self.words):
            yield Condition(f"prompt_text ILIKE %(word{number})s", f"word{number}", f"%{_literally(word)}%")


def _literally(word: str) -> str:
    """The word with nothing in it that LIKE takes for more than itself."""
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
