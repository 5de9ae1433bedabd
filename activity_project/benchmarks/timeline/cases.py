"""Whose timeline, what of it and how far down: the pages that are measured."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from activity_project.benchmarks.timeline.history import END, HEAVY, LUNA, MEDIAN, NEWCOMER, RARE, START
from apps.activity.filters import EVERYTHING, DateRange, TimelineFilters, Type
from apps.activity.timeline import Timeline
from apps.generations.states import Status

FILTERS: Mapping[str, TimelineFilters] = {
    "everything": EVERYTHING,
    "generations": TimelineFilters(type=Type.GENERATION),
    "credits": TimelineFilters(type=Type.CREDITS),
    "dates": TimelineFilters(first_day=START.date(), last_day=END.date()),
    "last 30 days": TimelineFilters(range=DateRange.LAST_30_DAYS),
}
SELECTIVE: Mapping[str, TimelineFilters] = {
    **{f"status {status}": TimelineFilters(status=status) for status in Status},
    "failed in 30 days": TimelineFilters(status=Status.FAILED, range=DateRange.LAST_30_DAYS),
    "an influencer": TimelineFilters(character_id=LUNA),
    "an influencer's credits": TimelineFilters(character_id=LUNA, type=Type.CREDITS),
    "an influencer's failures": TimelineFilters(character_id=LUNA, status=Status.FAILED),
    "a rare influencer": TimelineFilters(character_id=RARE),
    "a rare influencer's 30 days": TimelineFilters(character_id=RARE, range=DateRange.LAST_30_DAYS),
    "a word of a quarter": TimelineFilters(words="beach"),
    "a word of a few": TimelineFilters(words="zeppelin"),
    "a common word and a rare one": TimelineFilters(words="a zeppelin"),
}
EMPTY: Mapping[str, TimelineFilters] = {
    "queued long ago": TimelineFilters(status=Status.QUEUED, last_day=START.date()),
    "an unknown influencer": TimelineFilters(character_id=UUID(int=9)),
    "days before": TimelineFilters(last_day=START.date() - timedelta(days=9)),
    "a word that isn't there": TimelineFilters(words="desert"),
    "credits that failed": TimelineFilters(type=Type.CREDITS, status=Status.FAILED),
}
PEOPLE: Mapping[str, int] = {"heavy": HEAVY, "median": MEDIAN, "newcomer": NEWCOMER}


@dataclass(frozen=True, slots=True)
class Case:
    """One person's timeline under some filters."""

    who: str
    what: str
    filters: TimelineFilters

    @property
    def timeline(self) -> Timeline:
        """Counted back from the day on which the data end."""
        return Timeline(user_id=PEOPLE[self.who], now=END, filters=self.filters)

    @property
    def branches(self) -> int:
        """How many ranges are merged."""
        return len(self.filters.job_kinds) + len(self.filters.credit_kinds)

    @property
    def is_selective(self) -> bool:
        return self.what in SELECTIVE

    @property
    def is_empty(self) -> bool:
        return self.what in EMPTY or self.who == "newcomer"

    def __str__(self) -> str:
        return f"{self.who}: {self.what}"


ALL_OF_HEAVY = Case("heavy", "everything", EVERYTHING)


def cases() -> Iterator[Case]:
    """Every filter of the heavy person, who has something of each; everything of the others."""
    for what, filters in {**FILTERS, **SELECTIVE, **EMPTY}.items():
        yield Case("heavy", what, filters)
    for what, filters in FILTERS.items():
        yield Case("median", what, filters)
    yield Case("newcomer", "everything", EVERYTHING)


def depths(items: int) -> Mapping[str, int]:
    """How many of so many items lie above a page in the middle, 100,000 down, and near the end."""
    return {"middle": items // 4, "deep": min(100_000, items // 2), "deepest": items - 60}
