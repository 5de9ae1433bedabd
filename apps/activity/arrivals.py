"""What came while someone was reading: offered as "3 new", and put on top when asked for, moving nothing.

The page asks from time to time what its walk hasn't seen. The new rows of the day that the list begins with go into
that day; those of later days come before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import ngettext

from apps.activity.filters import TimelineFilters
from apps.activity.presenters import Day, RowPresenter
from apps.activity.timeline import Page, Walk
from apps.common.paths import path_to

MOST = 50


@dataclass(frozen=True, slots=True)
class Offer:
    """The control above the list; ``label`` is empty while there is nothing new."""

    label: str
    ask_url: str
    load_url: str


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The rows to put on top, and the offer for what comes after them."""

    days_before: tuple[Day, ...]
    same_day: Day | None
    offer: Offer


def offer(filters: TimelineFilters, walk: Walk, query: Mapping[str, Any], first_day: str, count: int = 0) -> Offer:
    """The control of a list that begins with ``first_day`` and has seen what the walk has seen."""
    kept = {name: value for name, value in query.items() if name != "cursor"}
    asked = urlencode(kept | {"seen": walk.encode(filters), "first_day": first_day})
    shown = f"{MOST}+" if count > MOST else str(count)
    return Offer(
        label=ngettext("%s new", "%s new", count) % shown if count else "",
        ask_url=f"{path_to('activity:new')}?{asked}",
        load_url=f"{path_to('activity:new-rows')}?{asked}",
    )


def arrivals(
    page: Page, filters: TimelineFilters, query: Mapping[str, Any], *, first_day: str, now: datetime
) -> Arrivals:
    """The new items in days, seen from a list that begins with ``first_day``."""
    days = tuple(RowPresenter(filters.zone, now).rows_by_day(page.items, after=None))
    newest = days[0].date if days else first_day
    return Arrivals(
        days_before=tuple(day for day in days if day.date != first_day),
        same_day=next((day for day in days if day.date == first_day), None),
        offer=offer(filters, page.walk, query, newest),
    )
