"""Boosts and integrations of an issuer: made, changed while a draft, brought live, removed before use."""

from typing import Any

from django.db import IntegrityError, transaction

from apps.credentials.models import Boost, Integration, Profile
from apps.credentials.refusals import Refused


def add_boost(*, owner: Profile, **content: Any) -> Boost:
    """A new draft."""
    return owner.boosts.create(**content)


@transaction.atomic
def change_boost(boost: Boost, **content: Any) -> Boost:
    """Changes a draft. Raises Refused for a live one: what is issued from it has to go on meaning the same."""
    held = _held_draft(boost, "A live boost can't be changed. Make a new one.")
    for name, value in content.items():
        setattr(held, name, value)
    held.save(update_fields=[*content, "updated_at"])
    return held


@transaction.atomic
def bring_live(boost: Boost) -> Boost:
    """Makes it ready to be issued; there is no way back. Live already is no error."""
    held = Boost.objects.select_for_update().get(pk=boost.pk)
    held.state = Boost.State.LIVE
    held.save(update_fields=["state", "updated_at"])
    return held


@transaction.atomic
def remove_boost(boost: Boost) -> None:
    """Removes a draft. Raises Refused for a live one."""
    _held_draft(boost, "A live boost can't be removed: credentials refer to it.").delete()


def add_integration(*, owner: Profile, name: str) -> Integration:
    """A new integration. Raises Refused for a name that is in use."""
    try:
        with transaction.atomic():
            return owner.integrations.create(name=name)
    except IntegrityError:
        raise Refused("You have an integration of that name already.") from None


@transaction.atomic
def remove_integration(integration: Integration) -> None:
    """Removes it. Raises Refused where issuances are attributed to it."""
    if integration.issuances.exists():
        raise Refused("Issuances are attributed to it, so it stays.")
    integration.delete()


def _held_draft(boost: Boost, reason: str) -> Boost:
    held = Boost.objects.select_for_update().get(pk=boost.pk)
    if held.is_live:
        raise Refused(reason)
    return held
