"""All issuers' events together, for the staff: in the order in which they were written, which their ids keep."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from apps.credentials.event_types import EventType
from apps.credentials.feed import Entry, with_standing
from apps.credentials.models import CredentialActivity, Profile

PAGE_ROWS: Final = 50


@dataclass(frozen=True, slots=True)
class AllPage:
    entries: list[Entry]
    next_before: UUID | None


def list_all(*, event_type: EventType | None, issuer: Profile | None, before: UUID | None) -> AllPage:
    """Events of everyone, newest first, or of one issuer or one type."""
    events = CredentialActivity.objects.with_names().select_related("actor").last_written_first()
    events = events.filter(event_type=event_type) if event_type else events
    events = events.of_issuer(issuer) if issuer else events
    events = events.filter(pk__lt=before) if before else events
    found = list(events[: PAGE_ROWS + 1])
    shown = found[:PAGE_ROWS]
    return AllPage(with_standing(shown), shown[-1].pk if len(found) > PAGE_ROWS else None)
