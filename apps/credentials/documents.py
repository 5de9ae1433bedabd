"""What a credential says: a W3C Verifiable Credential 2.0 in the shape of an Open Badge 3.0."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from apps.credentials import status_lists
from apps.credentials.models import Boost, Profile
from apps.credentials.refusals import Refused
from apps.credentials.uris import did_of, site_url

CONTEXTS: Final = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]

_MOST_CHARACTERS = {"name": 200, "category": 40, "description": 2_000, "criteria": 4_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is attested, whoever attests it of whom."""

    name: str
    category: str
    description: str = ""
    criteria: str = ""

    @classmethod
    def of_boost(cls, boost: Boost) -> "Content":
        return cls(name=boost.name, category=boost.category, description=boost.description, criteria=boost.criteria)

    @classmethod
    def of_json(cls, draft: dict[str, Any]) -> "Content":
        """The content that :meth:`as_json` kept."""
        return cls(**draft)

    @classmethod
    def of_credential(cls, document: dict[str, Any]) -> "Content":
        """What an unsigned credential of an issuer's own attests. Raises Refused unless it is an Open Badge."""
        subject = document.get("credentialSubject")
        achievement = subject.get("achievement") if isinstance(subject, dict) else None
        if not isinstance(achievement, dict):
            raise Refused("The credential has no credentialSubject.achievement.")
        criteria = achievement.get("criteria")
        found = {
            "name": achievement.get("name") or document.get("name"),
            "category": achievement.get("achievementType") or "Achievement",
            "description": achievement.get("description") or "",
            "criteria": criteria.get("narrative") or "" if isinstance(criteria, dict) else "",
        }
        return cls(**{name: _short_text(name, value) for name, value in found.items()})

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def _short_text(name: str, value: Any) -> str:
    most = _MOST_CHARACTERS[name]
    if not isinstance(value, str) or len(value) > most or (name == "name" and not value.strip()):
        raise Refused(f"The credential's {name} must be text of at most {most} characters.")
    return value


def open_badge(
    *, credential_id: UUID, content: Content, issuer: Profile, recipient: Profile, issued_at: datetime, place: int
) -> dict[str, Any]:
    """The document, ready to be signed. ``place`` is its own in the issuer's status lists."""
    address = site_url(f"/api/credentials/{credential_id}")
    return {
        "@context": CONTEXTS,
        "id": address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": content.name,
        "issuer": {"id": did_of(issuer.handle), "type": ["Profile"], "name": issuer.display_name},
        "validFrom": issued_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "credentialSubject": {
            "id": did_of(recipient.handle),
            "type": ["AchievementSubject"],
            "achievement": _achievement(content, address),
        },
        "credentialStatus": status_lists.entries(issuer.handle, place),
    }


def _achievement(content: Content, address: str) -> dict[str, Any]:
    return {
        "id": f"{address}#achievement",
        "type": ["Achievement"],
        "achievementType": content.category,
        "name": content.name,
        "description": content.description or content.name,
        "criteria": {"narrative": content.criteria or content.description or content.name},
    }
