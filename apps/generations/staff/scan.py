"""A scan of the generations that is bounded by how many rows it reads, whatever the table's size and the filters.

An index finds the jobs that were asked for within the dates, newest first, everyone's or one person's; so many of them
and no more are looked at, and every other condition is put to these one by one. What a page then shows, counts or ranks
is true of all that was looked at, and it says how far back that reaches.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from apps.generations.models import JobKind
from apps.generations.staff.filters import Condition, JobFilters

COLUMNS = """id, user_id, plan_id, kind, status, error_code, prompt_text, image_count, credits_used, created_at,
       completed_at - started_at AS took, metadata ->> 'model' AS model"""

COMPLETED, FAILED, PENDING = (f"kind = {kind.value}" for kind in (JobKind.COMPLETED, JobKind.FAILED, JobKind.STARTED))


class Position(NamedTuple):
    """Where a job stands in the order of the list: newest first, and by id among those of one moment."""

    created_at: datetime
    id: UUID


class _Bound(NamedTuple):
    """What the columns of a bound are after the time, and what its values are."""

    columns: str
    values: str


@dataclass(frozen=True, slots=True)
class Scan:
    """The newest ``most`` jobs that the filters' indexed conditions find, after a position where one is given."""

    filters: JobFilters
    now: datetime
    most: int
    after: Position | None = None

    @property
    def order(self) -> str:
        """Newest first, in the words of the index that is read: a group's column is the same in all its rows."""
        return f"{self._prefix('{} DESC, ')}created_at DESC, id DESC"

    def jobs(self) -> str:
        """The rows as an item for FROM, sorted by ``order``. They are read only as far as the statement asks.

        A group's are asked for as a range of its index and in the order of that: told only that they are one person's,
        a planner that knows them as many would look for them among everyone's, where the last may lie a year back.
        """
        columns, values = self._prefix("{}, "), "%(group)s, " if self.filters.group else ""
        where = [
            self.filters.group.among if self.filters.group else "true",
            f"({columns}created_at) >= ({values}%(since)s)",
            f"({columns}created_at{self._upper.columns}) < ({values}{self._upper.values})",
        ]
        return (
            f"(SELECT {COLUMNS} FROM generation_jobs WHERE {' AND '.join(where)}"
            f" ORDER BY {self.order} LIMIT %(most)s) AS job"
        )

    def matches(self) -> str:
        """What is asked of each row that was read."""
        return " AND ".join(_sql(self.filters.unindexed())) or "true"

    def params(self) -> dict[str, Any]:
        """The parameters of both."""
        group = self.filters.group
        bounds = {"since": self.filters.since(self.now) or "-infinity", "until": self.filters.until or "infinity"}
        position = self.after._asdict() if self.after else {}
        asked = {each.name: each.value for each in self.filters.unindexed()}
        return {"most": self.most, "group": group and group.value, **bounds, **asked, **position}

    def read(self, query: str, **params: Any) -> list[tuple[Any, ...]]:
        """The rows of a statement made of these parts. Its values are bound here, so that the planner sees them."""
        with connection.cursor() as cursor:
            cursor.execute(query, self.params() | params)
            return list(cursor.fetchall())

    @property
    def _upper(self) -> _Bound:
        """One of the two: an index begins at the first upper bound it is given, not at the lowest."""
        until = self.filters.until
        if self.after and (until is None or self.after.created_at < until):
            return _Bound(", id", "%(created_at)s, %(id)s")
        return _Bound("", "%(until)s")

    def _prefix(self, form: str) -> str:
        return form.format(self.filters.group.column) if self.filters.group else ""


def _sql(conditions: Iterable[Condition]) -> list[str]:
    return [condition.sql for condition in conditions]
