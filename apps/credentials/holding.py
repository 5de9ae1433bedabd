"""Holds an issuance still, so that whoever claims, revokes or ends it does so one after another.

Locks are taken in one order everywhere: claim link, inbox credential, credential, the issuer's profile where a place in
its status lists is given, then its clock by the event.
"""

from dataclasses import dataclass

from apps.credentials.event_types import EventType, Standing
from apps.credentials.models import Credential, InboxCredential, Issuance, Profile
from apps.credentials.refusals import Refused


@dataclass(frozen=True, slots=True)
class Held:
    """An issuance as it is now and stays until the transaction ends."""

    issuance: Issuance
    inbox: InboxCredential | None
    credential: Credential | None

    def is_claimed_by(self, profile: Profile) -> bool:
        """Whether the profile has it already. Raises Refused where somebody else has."""
        if self.issuance.latest_type != EventType.CLAIMED:
            return False
        if self.issuance.recipient_profile_id != profile.pk:
            raise Refused("This was claimed already.")
        return True

    def require_claimable(self) -> None:
        """Raises Refused for what was revoked or suspended, or has expired or failed."""
        if self.issuance.standing == Standing.REVOKED:
            raise Refused("The issuer has revoked this.")
        if self.issuance.standing == Standing.SUSPENDED:
            raise Refused("The issuer has suspended this. It may be claimed once that ends.")
        if self.issuance.latest_type == EventType.EXPIRED:
            raise Refused("This has expired.")
        if self.issuance.latest_type == EventType.FAILED:
            raise Refused("This couldn't be delivered and can't be claimed.")


def hold(issuance_id: int) -> Held:
    """Locks what belongs to the issuance, then reads it."""
    inbox = InboxCredential.objects.select_for_update().filter(issuance=issuance_id).first()
    credential = Credential.objects.select_for_update().filter(issuance=issuance_id).first()
    issuance = Issuance.objects.select_related("issuer", "boost").get(pk=issuance_id)
    return Held(issuance, inbox, credential)
