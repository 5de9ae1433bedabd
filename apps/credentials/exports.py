"""An issuer's activities as a file: a line an activity, read by its number, which never changes while it is read."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

from apps.common.export import Cell
from apps.common.replica import read
from apps.common.schemas import utc_text
from apps.credentials.event_types import EventType, RecipientType, Standing
from apps.credentials.filters import ActivityFilters
from apps.credentials.models import Profile

ROWS_A_STATEMENT: Final = 2_000

COLUMNS: Final = (
    "credential_name",
    "category",
    "recipient",
    "status",
    "delivery",
    "sent",
    "claimed",
    "hours_to_claim",
    "error",
    "source",
    "activity_id",
)


class Line(NamedTuple):
    """What a statement reads for each activity."""

    id: int
    boost_name: str | None
    boost_category: str | None
    title: str
    category: str
    recipient_identifier: str
    latest_type: str
    standing: str
    recipient_type: str
    first_at: datetime
    claimed_at: datetime | None
    error: str
    source: str
    activity_id: str

    def cells(self) -> tuple[Cell, ...]:
        """The line's cells, in the order of ``COLUMNS``."""
        return (
            self.boost_name or self.title,
            self.boost_category or self.category,
            self.recipient_identifier,
            _STATUS[self.latest_type] if self.standing == Standing.ACTIVE else self.standing,
            _DELIVERY[self.recipient_type],
            utc_text(self.first_at),
            utc_text(self.claimed_at) if self.claimed_at else None,
            _hours(self.first_at, self.claimed_at),
            self.error,
            self.source,
            self.activity_id,
        )


_STATUS = {event_type.value: event_type.lower() for event_type in EventType}
_DELIVERY = {
    RecipientType.PROFILE.value: "profile",
    RecipientType.EMAIL.value: "email inbox",
    RecipientType.PHONE.value: "phone inbox",
}
_FIELDS = ("id", "boost__name", "boost__category", *Line._fields[3:])


def rows(issuer: Profile, filters: ActivityFilters, *, after: int | None = None) -> Iterator[tuple[Cell, ...]]:
    """The activities whose latest event the filters leave, newest first, as cells.

    ``after`` is how far the database's log was when the reader last wrote.
    """
    found = issuer.issuances.begun().filter(filters.of_issuances()).order_by("-id").values_list(*_FIELDS)
    last: int | None = None
    while True:
        left = found if last is None else found.filter(id__lt=last)
        some = read(partial(_lines, left[:ROWS_A_STATEMENT]), after=after)
        yield from (line.cells() for line in some)
        if len(some) < ROWS_A_STATEMENT:
            return
        last = some[-1].id


def _lines(found: Iterable[Sequence[Any]]) -> list[Line]:
    return [Line(*line) for line in found]


def _hours(first_at: datetime, claimed_at: datetime | None) -> str | None:
    return f"{(claimed_at - first_at).total_seconds() / 3600:.2f}" if claimed_at else None
