"""A credential as anyone may see it who knows its address: what it says, who signed it, whether it stands."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.common.schemas import utc_text
from apps.credentials.event_types import Standing
from apps.credentials.models import Credential
from apps.credentials.signing import is_signed


@dataclass(frozen=True, slots=True)
class Published:
    """A credential, its signature checked against the issuer's public key just now."""

    credential: Credential
    is_signed: bool

    @property
    def standing(self) -> Standing:
        return Standing(self.credential.issuance.standing)

    @property
    def is_valid(self) -> bool:
        return self.is_signed and self.standing == Standing.ACTIVE

    @property
    def signed(self) -> str:
        return self.credential.signed

    def as_json(self) -> dict[str, Any]:
        return {
            "credential": self.credential.document,
            "jwt": self.signed,
            "status": self.standing.value,
            "signatureValid": self.is_signed,
            "issuedAt": utc_text(self.credential.issued_at),
        }


def published_credential(credential_id: UUID) -> Published | None:
    """The credential, or None where there is none, or its holder's words were erased."""
    related = ("issuance__issuer", "recipient", "key")
    credential = Credential.objects.select_related(*related).filter(pk=credential_id).first()
    if credential is None or not credential.signed:
        return None
    return Published(credential, is_signed(credential.signed, credential.document, credential.key))
