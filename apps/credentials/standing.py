"""The issuer's word on what was issued: it holds, it is suspended for now, or it is revoked for good."""

from typing import Final

from django.db import transaction

from apps.credentials.event_types import Standing
from apps.credentials.holding import hold
from apps.credentials.models import Issuance
from apps.credentials.refusals import Refused

# From which standings each may be reached; the same once more is no change and no error.
_REACHED_FROM: Final = {
    Standing.ACTIVE: {Standing.SUSPENDED},
    Standing.SUSPENDED: {Standing.ACTIVE},
    Standing.REVOKED: {Standing.ACTIVE, Standing.SUSPENDED},
}


def revoke(issuance: Issuance) -> bool:
    """Takes it back for good; false where it was already."""
    return _move(issuance, Standing.REVOKED)


def suspend(issuance: Issuance) -> bool:
    """Has it not hold for now; false where it didn't already. Raises Refused for what is revoked."""
    return _move(issuance, Standing.SUSPENDED)


def reactivate(issuance: Issuance) -> bool:
    """Ends a suspension; false where it holds already. Raises Refused for what is revoked."""
    return _move(issuance, Standing.ACTIVE)


@transaction.atomic
def _move(issuance: Issuance, standing: Standing) -> bool:
    now = hold(issuance.pk).issuance.standing
    if now == standing:
        return False
    if now not in _REACHED_FROM[standing]:
        raise Refused("What is revoked stays revoked.")
    Issuance.objects.filter(pk=issuance.pk).update(standing=standing)
    return True
