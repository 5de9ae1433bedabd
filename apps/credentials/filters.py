"""What of an issuer's activity is asked for, as bounds on events and on issuances."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q

from apps.credentials.event_types import EventType, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFilters:
    """Null asks for all. ``since`` and ``until`` are both included; ``boost_ids`` empty asks for none."""

    boost_ids: tuple[UUID, ...] | None = None
    event_type: EventType | None = None
    integration_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    recipient: str = ""
    source: Source | None = None

    def of_events(self) -> Q:
        """On events."""
        asked = {
            "event_type": self.event_type,
            "timestamp__gte": self.since,
            "timestamp__lte": self.until,
            "recipient_identifier": self.recipient,
            "source": self.source,
        }
        return Q(**{name: value for name, value in asked.items() if value}) & self._of_both()

    def of_issuances(self) -> Q:
        """On issuances, each by its latest event."""
        asked = {"latest_type": self.event_type, "latest_at__gte": self.since, "latest_at__lte": self.until}
        latest = {"events__recipient_identifier": self.recipient, "events__source": self.source}
        found = Q(**{name: value for name, value in asked.items() if value}) & self._of_both()
        of_latest_event = {name: value for name, value in latest.items() if value}
        return found & Q(events__timestamp=F("latest_at"), **of_latest_event) if of_latest_event else found

    def _of_both(self) -> Q:
        found = Q(integration=self.integration_id) if self.integration_id else Q()
        return found if self.boost_ids is None else found & Q(boost__in=self.boost_ids)


EVERYTHING = ActivityFilters()
