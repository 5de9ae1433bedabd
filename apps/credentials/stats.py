"""Figures of an issuer's activity: each activity counted once, under its latest event, in one statement."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Aggregate, Count, DurationField, F, Q, Sum

from apps.credentials.event_types import EventType, Standing
from apps.credentials.filters import ActivityFilters
from apps.credentials.models import Profile

_HOUR = timedelta(hours=1)


class Median(Aggregate):
    """The middle value, or the mean of the two in the middle."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Counts of activities by their latest event, and of the same activities in other readings.

    ``ever_…`` counts those whose chain has such an event; ``total_events`` all events of their chains.
    """

    created: int
    delivered: int
    claimed: int
    expired: int
    failed: int
    revoked: int
    suspended: int
    total_events: int
    ever_created: int
    ever_delivered: int
    ever_claimed: int
    median_to_claim: timedelta | None

    @property
    def total(self) -> int:
        return self.created + self.delivered + self.claimed + self.expired + self.failed

    @property
    def pending(self) -> int:
        """Sent, and still to be claimed."""
        return self.created + self.delivered

    @property
    def claim_rate(self) -> float:
        """Percent of what was or may still be claimed; 0 where there is nothing."""
        return _percent(self.claimed, self.created + self.delivered + self.claimed)

    @property
    def claimed_of_delivered(self) -> float:
        """Percent of those ever delivered that were claimed; 0 where none was delivered."""
        return _percent(self.ever_claimed, self.ever_delivered)

    @property
    def median_hours_to_claim(self) -> float | None:
        return None if self.median_to_claim is None else round(self.median_to_claim / _HOUR, 2)

    def as_json(self) -> dict[str, Any]:
        """As the API tells them; what there is no value for is left out."""
        found = {
            "total": self.total,
            "created": self.created,
            "delivered": self.delivered,
            "claimed": self.claimed,
            "expired": self.expired,
            "failed": self.failed,
            "claimRate": self.claim_rate,
            "revoked": self.revoked,
            "suspended": self.suspended,
            "totalEvents": self.total_events,
            "everCreated": self.ever_created,
            "everDelivered": self.ever_delivered,
            "everClaimed": self.ever_claimed,
            "claimedOfDelivered": self.claimed_of_delivered,
            "medianHoursToClaim": self.median_hours_to_claim,
        }
        return {name: value for name, value in found.items() if value is not None}


FIGURES: dict[str, Any] = {
    **{event_type.lower(): Count("latest_type", filter=Q(latest_type=event_type)) for event_type in EventType},
    "revoked": Count("latest_type", filter=Q(standing=Standing.REVOKED)),
    "suspended": Count("latest_type", filter=Q(standing=Standing.SUSPENDED)),
    "total_events": Sum("event_count", default=0),
    "ever_created": Count("latest_type", filter=Q(was_created=True)),
    "ever_delivered": Count("latest_type", filter=Q(was_delivered=True)),
    "ever_claimed": Count("latest_type", filter=Q(claimed_at__isnull=False)),
    "median_to_claim": Median(F("claimed_at") - F("first_at")),
}


def count_activity(issuer: Profile, filters: ActivityFilters) -> Stats:
    """The figures of the issuer's activities whose latest event the filters leave."""
    return Stats(**issuer.issuances.begun().filter(filters.of_issuances()).aggregate(**FIGURES))


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0
