"""How many were sent on each day, for a chart."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from apps.common.days import beginning_of
from apps.credentials.filters import ActivityFilters
from apps.credentials.models import Profile

DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Day:
    """So many were sent, and so many of those are claimed by now."""

    date: date
    sent: int
    claimed: int


def days_until(today: date, issuer: Profile, filters: ActivityFilters, zone: ZoneInfo) -> list[Day]:
    """The last thirty days in the zone, oldest first, quiet ones included; the filters' dates don't narrow them."""
    first = today - timedelta(days=DAYS - 1)
    since = beginning_of(first, zone)
    # What was sent since has its latest event since: so the index is read from there on.
    sent = issuer.issuances.filter(filters.but_for_dates().of_issuances(), latest_at__gte=since, first_at__gte=since)
    counted = (
        sent.annotate(day=TruncDate("first_at", tzinfo=zone))
        .values_list("day")
        .annotate(sent=Count("latest_type"), claimed=Count("latest_type", filter=Q(claimed_at__isnull=False)))
    )
    found: Mapping[date, tuple[int, int]] = {day: (sent, claimed) for day, sent, claimed in counted}
    return [Day(day, *found.get(day, (0, 0))) for day in (first + timedelta(days=n) for n in range(DAYS))]
