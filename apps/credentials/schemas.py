"""What is asked of an issuer's activity, by HTTP and by tRPC alike. Unknown names are passed over, as zod does."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field

from apps.common.keyset import BadCursor, read_time
from apps.common.schemas import ApiSchema, StorableText
from apps.credentials.event_types import EventType, Source
from apps.credentials.filters import ActivityFilters
from apps.credentials.lifecycle import MOST_URIS
from apps.credentials.uris import BOOST, BadUri, id_in

_NOBODY = UUID(int=0)


def _moment(value: Any) -> datetime:
    """A full ISO time with its zone. Raises ValueError for less: a day alone begins somewhere else for each."""
    try:
        return read_time(value if isinstance(value, str) and "T" in value else "")
    except BadCursor:
        raise ValueError("Write a full ISO 8601 time with its zone, such as 2026-11-21T14:12:08Z.") from None


def _boost_id(value: Any) -> UUID:
    try:
        return id_in(value if isinstance(value, str) else "", BOOST)
    except BadUri:
        raise ValueError("That isn't the URI of a boost.") from None


def _integration_id(value: Any) -> UUID:
    """The id; one that no integration has where the text is no id of ours, so that it matches nothing."""
    try:
        return UUID(str(value))
    except ValueError:
        return _NOBODY


_TEXT: dict[str, Any] = {"type": "string"}
_TIME: dict[str, Any] = {"type": "string", "format": "date-time"}
Moment = Annotated[datetime, BeforeValidator(_moment), Field(json_schema_extra=_TIME)]
BoostUri = Annotated[UUID, BeforeValidator(_boost_id), Field(json_schema_extra=_TEXT | {"format": "uri"})]
IntegrationId = Annotated[UUID, BeforeValidator(_integration_id), Field(json_schema_extra=_TEXT)]


class ActivityWish(ApiSchema):
    """A page of the list."""

    limit: int = Field(25, ge=1, le=100)
    cursor: Moment | None = Field(None, description="The cursor of the page before: only what is older than it.")
    after: Moment | None = Field(None, description="Only what is newer: for polling forward.")
    boost_uri: BoostUri | None = None
    event_type: EventType | None = None
    integration_id: IntegrationId | None = None
    start_date: Moment | None = None
    end_date: Moment | None = None
    recipient: StorableText = Field("", max_length=254, description="profileId, e-mail or phone, as it was addressed.")
    source: Source | None = None
    group_by_latest_status: bool = Field(
        default=False, description="Only the latest event of each chain; the filters then apply to it."
    )

    @property
    def filters(self) -> ActivityFilters:
        return ActivityFilters(
            boost_ids=(self.boost_uri,) if self.boost_uri else None,
            event_type=self.event_type,
            integration_id=self.integration_id,
            since=self.start_date,
            until=self.end_date,
            recipient=self.recipient,
            source=self.source,
        )


class StatsWish(ApiSchema):
    """Which activities to count, by their latest event."""

    boost_uris: list[BoostUri] | None = None
    event_type: EventType | None = None
    integration_id: IntegrationId | None = None
    start_date: Moment | None = None
    end_date: Moment | None = None

    @property
    def filters(self) -> ActivityFilters:
        return ActivityFilters(
            boost_ids=tuple(self.boost_uris) if self.boost_uris else None,
            event_type=self.event_type,
            integration_id=self.integration_id,
            since=self.start_date,
            until=self.end_date,
        )


class ChainWish(ApiSchema):
    """Which activity."""

    activity_id: StorableText


class LifecycleWish(ApiSchema):
    """Which credentials of one's own."""

    uris: list[StorableText] = Field(max_length=MOST_URIS)


class ProfileWish(ApiSchema):
    """Nothing: it is the caller's own that is asked for."""


class BoostSummary(Schema):
    id: str
    name: str
    category: str


class RecipientSummary(ApiSchema):
    profile_id: str
    display_name: str


class Record(ApiSchema):
    """An event. What it has no value for is left out."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    id: str
    activity_id: str
    event_type: EventType
    timestamp: str = Field(json_schema_extra=_TIME)
    actor_profile_id: str
    recipient_type: str
    recipient_identifier: str
    source: Source
    boost_uri: str = ""
    credential_uri: str = ""
    inbox_credential_id: str = ""
    integration_id: str = ""
    metadata: dict[str, Any] = Field(default_factory=dict)
    status: str = ""
    boost: BoostSummary | None = None
    recipient_profile: RecipientSummary | None = None


class RecordPage(ApiSchema):
    records: list[Record]
    has_more: bool
    cursor: str = ""


class StatsAnswer(ApiSchema):
    """Each activity counts once, under its latest event; ``ever…`` and ``totalEvents`` read the same ones otherwise."""

    total: int = Field(description="created + delivered + claimed + expired + failed")
    created: int
    delivered: int
    claimed: int
    expired: int
    failed: int
    claim_rate: float = Field(description="100 · claimed / (created + delivered + claimed), two decimals; 0 when empty")
    revoked: int = Field(description="Of all of these, those that are revoked.")
    suspended: int = Field(description="Of all of these, those that are suspended.")
    total_events: int = Field(description="All events in the chains of these activities.")
    ever_created: int = Field(description="Activities with a CREATED event.")
    ever_delivered: int = Field(description="Activities with a DELIVERED event.")
    ever_claimed: int = Field(description="Activities with a CLAIMED event.")
    claimed_of_delivered: float = Field(description="100 · everClaimed / everDelivered, two decimals; 0 when empty")
    median_hours_to_claim: float = Field(0, description="From the first event to CLAIMED, if any was claimed.")
