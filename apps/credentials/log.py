"""The only writer of events. The database fills in actor, activity id, boost, integration and time, and keeps order."""

from typing import Any
from uuid import UUID

from apps.credentials.event_types import EventType, Source
from apps.credentials.models import CredentialActivity, Issuance
from apps.credentials.recipients import Recipient


def append(
    *,
    issuance: Issuance,
    event_type: EventType,
    source: Source,
    recipient: Recipient,
    credential_id: UUID | None = None,
    inbox_credential_id: UUID | None = None,
    metadata: dict[str, Any] | None = None,
) -> CredentialActivity:
    """The event, at the end of the issuance's chain. Holds the issuer's clock until the transaction ends.

    Raises IntegrityError where the chain doesn't go on that way.
    """
    is_to_profile = recipient.type == recipient.type.PROFILE
    return CredentialActivity.objects.create(
        issuance=issuance,
        activity_id=issuance.activity_id,
        actor_id=issuance.issuer_id,
        boost_id=issuance.boost_id,
        integration_id=issuance.integration_id,
        event_type=event_type,
        source=source,
        recipient_type=recipient.type,
        recipient_identifier=recipient.identifier,
        recipient_profile=recipient.profile if is_to_profile else None,
        credential_id=credential_id,
        inbox_credential_id=inbox_credential_id,
        metadata=metadata or None,
    )
