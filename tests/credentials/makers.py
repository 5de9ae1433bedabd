"""Issuers, boosts and issuances for tests, made by the product's own operations."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.utils import timezone

from apps.accounts.models import User
from apps.credentials.documents import Content
from apps.credentials.event_types import Source
from apps.credentials.issuing import Sent, Wish, send
from apps.credentials.models import Boost, CredentialActivity, Issuance, Profile
from apps.credentials.profiles import open_profile
from tests.factories import UserFactory


def profile(handle: str = "ada", *, user: User | None = None, name: str = "") -> Profile:
    """A profile of the person's, of a new person where none is given."""
    return open_profile(user=user or UserFactory.create(), handle=handle, display_name=name or handle.title())


def boost(owner: Profile, name: str = "First aid", *, state: Boost.State = Boost.State.LIVE) -> Boost:
    return Boost.objects.create(
        owner=owner, name=name, category=Boost.Category.BADGE, description="Knows what to do first.", state=state
    )


def wish(issuer: Profile, template: Boost, recipient: str, **changes: Any) -> Wish:
    asked: dict[str, Any] = {"source": Source.SEND_BOOST, "content": Content.of_boost(template), "boost": template}
    return Wish(issuer=issuer, recipient=recipient, **asked | changes)


def sent(issuer: Profile, template: Boost, recipient: str, *, now: datetime | None = None, **changes: Any) -> Sent:
    """Issues the boost to the recipient."""
    return send(wish(issuer, template, recipient, **changes), now=now or timezone.now())


def verify_email(user: User, address: str = "") -> str:
    """The person's address, verified."""
    email = (address or user.email).lower()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=not address)
    return email


def chain(issuance: Issuance) -> list[str]:
    """The types of the issuance's events, oldest first."""
    return list(issuance.events.oldest_first().values_list("event_type", flat=True))


def told(issuance: Issuance) -> list[tuple[str, str, str]]:
    """Type, source and recipient of each event, oldest first."""
    fields = ("event_type", "source", "recipient_identifier")
    return list(issuance.events.oldest_first().values_list(*fields))


def event_count() -> int:
    return CredentialActivity.objects.count()
