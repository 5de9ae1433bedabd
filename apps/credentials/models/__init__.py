"""The tables of credential activity. What may never happen to its events is refused by the database itself."""

from apps.credentials.models.activity import CredentialActivity
from apps.credentials.models.boosts import Boost, Integration
from apps.credentials.models.credentials import ClaimLink, ClaimLinkUse, Credential, InboxCredential
from apps.credentials.models.issuances import Issuance
from apps.credentials.models.profiles import IssuerClock, Profile, ProfileBlock, SigningKey, VerifiedPhone

__all__ = [
    "Boost",
    "ClaimLink",
    "ClaimLinkUse",
    "Credential",
    "CredentialActivity",
    "InboxCredential",
    "Integration",
    "Issuance",
    "IssuerClock",
    "Profile",
    "ProfileBlock",
    "SigningKey",
    "VerifiedPhone",
]
