"""What of an issuer's activity is asked for, as bounds on events and on issuances."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, Subquery

from apps.credentials.event_types import EventType, Source
from apps.credentials.models import Profile


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

    def but_for_dates(self) -> "ActivityFilters":
        """The same, for all times."""
        return replace(self, since=None, until=None)

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
        found = Q(**{name: value for name, value in asked.items() if value}) & self._of_both()
        found &= _for_recipient(self.recipient) if self.recipient else Q()
        return found & Q(events__timestamp=F("latest_at"), events__source=self.source) if self.source else found

    def _of_both(self) -> Q:
        found = Q(integration=self.integration_id) if self.integration_id else Q()
        return found if self.boost_ids is None else found & Q(boost__in=self.boost_ids)


def _for_recipient(text: str) -> Q:
    """Issuances to whoever is called so: as they were addressed, or as the profile that has it now."""
    profile = Profile.objects.filter(handle=text).values("pk")
    return Q(recipient_identifier=text) | Q(recipient_profile=Subquery(profile))


EVERYTHING = ActivityFilters()
