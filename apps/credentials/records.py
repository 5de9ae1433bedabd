"""Events as LearnCard's clients read them: absent keys are left out, never null."""

from typing import Any

from apps.common.schemas import utc_text
from apps.credentials.feed import Entry, Page
from apps.credentials.models import CredentialActivity, Profile
from apps.credentials.uris import BOOST, CREDENTIAL, uri_of


def record(entry: Entry, actor: Profile) -> dict[str, Any]:
    """One event of the actor's."""
    event = entry.event
    found = {
        "id": str(event.pk),
        "activityId": event.activity_id,
        "eventType": event.event_type,
        "timestamp": utc_text(event.timestamp),
        "actorProfileId": actor.handle,
        "recipientType": event.recipient_type,
        "recipientIdentifier": event.recipient_identifier,
        "boostUri": uri_of(BOOST, event.boost_id) if event.boost_id else None,
        "credentialUri": uri_of(CREDENTIAL, event.credential_id) if event.credential_id else None,
        "inboxCredentialId": str(event.inbox_credential_id) if event.inbox_credential_id else None,
        "integrationId": str(event.integration_id) if event.integration_id else None,
        "source": event.source,
        "metadata": event.metadata,
        "status": entry.standing.value,
        "boost": _boost(event),
        "recipientProfile": _recipient(event),
    }
    return {name: value for name, value in found.items() if value is not None}


def page_of_records(page: Page, actor: Profile) -> dict[str, Any]:
    """``{records, hasMore, cursor?}``."""
    found: dict[str, Any] = {"records": [record(entry, actor) for entry in page.entries], "hasMore": page.has_more}
    return found | {"cursor": utc_text(page.cursor)} if page.cursor else found


def _boost(event: CredentialActivity) -> dict[str, str] | None:
    boost = event.boost
    return {"id": str(boost.pk), "name": boost.name, "category": boost.category} if boost else None


def _recipient(event: CredentialActivity) -> dict[str, str] | None:
    profile = event.recipient_profile
    return {"profileId": profile.handle, "displayName": profile.display_name} if profile else None
