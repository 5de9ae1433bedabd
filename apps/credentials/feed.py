"""The list of an issuer's activity: newest first, a page at a time, every event or the latest of each chain."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from apps.credentials.event_types import Standing
from apps.credentials.filters import ActivityFilters
from apps.credentials.models import CredentialActivity, Issuance, Profile
from apps.credentials.models.activity import CredentialActivityQuerySet
from apps.credentials.models.issuances import IssuanceQuerySet

MOST: int = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """An event with the standing of its issuance now, and what it is called."""

    event: CredentialActivity
    standing: Standing
    name: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, and whether there are more before them."""

    entries: list[Entry]
    has_more: bool

    @property
    def cursor(self) -> datetime | None:
        """Where the next page goes on; null after the last. Times never repeat, so this alone names the place."""
        return self.entries[-1].event.timestamp if self.has_more else None


def list_activity(
    issuer: Profile,
    filters: ActivityFilters,
    *,
    limit: int,
    before: datetime | None = None,
    after: datetime | None = None,
    grouped: bool = False,
) -> Page:
    """The newest entries, those before ``before`` and after ``after``. One row more is read to tell if it goes on."""
    read = _latest if grouped else _every
    events = list(read(issuer, filters, before, after)[: limit + 1])
    return Page(with_standing(events[:limit]), has_more=len(events) > limit)


def find_chain(issuer: Profile, activity_id: str) -> list[Entry]:
    """The events of the issuer's chain, oldest first; none where the issuer has no such chain.

    Boost, holder and standing are the issuance's, and so are read once for all of its events.
    """
    if "\x00" in activity_id:
        return []
    found = issuer.issuances.with_activity_id(activity_id).select_related("boost", "recipient_profile").first()
    return [_entry(event, found) for event in found.events.oldest_first()] if found else []


def _entry(event: CredentialActivity, issuance: Issuance) -> Entry:
    event.issuance, event.boost = issuance, issuance.boost
    if event.recipient_profile_id == issuance.recipient_profile_id:
        event.recipient_profile = issuance.recipient_profile
    return Entry(event, Standing(issuance.standing), issuance.boost.name if issuance.boost else issuance.title)


def with_standing(events: Iterable[CredentialActivity]) -> list[Entry]:
    """The events, each with the standing of its issuance: only the few that don't hold are looked up."""
    found = list(events)
    shown = {"issuer__in": {event.actor_id for event in found}, "pk__in": {event.issuance_id for event in found}}
    otherwise = dict(Issuance.objects.filter(**shown).standing_otherwise().values_list("pk", "standing"))
    titles = _titles({event.issuance_id for event in found if event.boost is None})
    return [
        Entry(
            event,
            Standing(otherwise.get(event.issuance_id, Standing.ACTIVE)),
            event.boost.name if event.boost else titles[event.issuance_id],
        )
        for event in found
    ]


def _titles(numbers: set[int]) -> dict[int, str]:
    """What is issued without a boost is called by its issuance."""
    return dict(Issuance.objects.filter(pk__in=numbers).values_list("pk", "title")) if numbers else {}


def _every(
    issuer: Profile, filters: ActivityFilters, before: datetime | None, after: datetime | None
) -> CredentialActivityQuerySet:
    events = CredentialActivity.objects.of_issuer(issuer).filter(filters.of_events())
    events = events.older_than(before) if before else events
    events = events.younger_than(after) if after else events
    return events.with_names().newest_first()


def _latest(issuer: Profile, filters: ActivityFilters, before: datetime | None, after: datetime | None) -> "_ByTime":
    issuances = issuer.issuances.begun().filter(filters.of_issuances())
    issuances = issuances.earlier_than(before) if before else issuances
    issuances = issuances.later_than(after) if after else issuances
    return _ByTime(issuer, issuances.newest_first())


@dataclass(frozen=True, slots=True)
class _ByTime:
    """The latest events of issuances, sliced as a queryset is.

    Their times are read first and the events by them: joined, the database may walk all events to find those few.
    """

    issuer: Profile
    issuances: IssuanceQuerySet

    def __getitem__(self, some: slice) -> CredentialActivityQuerySet:
        times = [at for at in self.issuances.values_list("latest_at", flat=True)[some] if at]
        events = CredentialActivity.objects.of_issuer(self.issuer).filter(timestamp__in=times)
        return events.with_names().newest_first()
