"""Claiming: who may, what comes of it, and what is too late."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.credentials import claiming, standing, tokens
from apps.credentials.claiming import accept, follow, take_from_inbox
from apps.credentials.expiry import expire_overdue
from apps.credentials.models import Boost, ClaimLink, InboxCredential, Issuance, Profile
from apps.credentials.refusals import NotFound, Refused
from tests.credentials import makers
from tests.credentials.makers import chain, event_count, sent, told

pytestmark = pytest.mark.django_db


def token_of(inbox: InboxCredential | None) -> str:
    """A token for the inbox credential, as its mail carries one."""
    assert inbox
    secret = tokens.make()
    InboxCredential.objects.filter(pk=inbox.pk).update(token_digest=tokens.digest(secret))
    return secret


def link_to(boost: Boost, **changes: Any) -> str:
    """A claim link's token."""
    secret = tokens.make()
    ends = {"expires_at": timezone.now() + timedelta(days=1)}
    ClaimLink.objects.create(boost=boost, token_digest=tokens.digest(secret), **ends | changes)
    return secret


def claim(profile: Profile, secret: str) -> claiming.Claimed:
    return follow(profile=profile, secret=secret, now=timezone.now())


def test_the_recipient_accepts_once_however_often(issuer: Profile, boost: Boost, holder: Profile) -> None:
    issued = sent(issuer, boost, "ada")
    assert issued.credential

    first, second = (accept(profile=holder, credential_id=issued.credential.pk) for _ in range(2))

    assert (first.is_new, second.is_new) == (True, False)
    assert first.credential == second.credential
    assert told(issued.issuance) == [("DELIVERED", "sendBoost", "ada"), ("CLAIMED", "claim", "ada")]


def test_nobody_else_can_accept(issuer: Profile, boost: Boost, holder: Profile) -> None:
    credential = sent(issuer, boost, "ada").credential
    assert credential

    with pytest.raises(NotFound):
        accept(profile=issuer, credential_id=credential.pk)
    assert event_count() == 1


def test_a_claim_carries_the_chains_activity_boost_and_integration(
    issuer: Profile, boost: Boost, holder: Profile
) -> None:
    integration = issuer.integrations.create(name="LMS")
    issued = sent(issuer, boost, "x@example.com", integration_id=integration.pk)

    claim(holder, token_of(issued.inbox))

    event = issued.issuance.events.get(event_type="CLAIMED")
    assert (event.activity_id, event.boost, event.integration) == (issued.issuance.activity_id, boost, integration)
    assert event.actor == issuer


def test_a_mailed_link_claims_in_the_name_of_whoever_follows_it(issuer: Profile, boost: Boost, holder: Profile) -> None:
    issued = sent(issuer, boost, "x@example.com")
    secret = token_of(issued.inbox)

    first, second = claim(holder, secret), claim(holder, secret)

    assert (first.is_new, second.is_new) == (True, False)
    assert first.credential.recipient == holder
    assert told(issued.issuance) == [("CREATED", "sendBoost", "x@example.com"), ("CLAIMED", "claimLink", "ada")]
    with pytest.raises(Refused, match="claimed already"):
        claim(makers.profile("eve"), secret)


def test_an_inbox_is_claimed_by_whoever_has_its_address(issuer: Profile, boost: Boost, holder: Profile) -> None:
    issued = sent(issuer, boost, holder.user.email)
    assert issued.inbox
    with pytest.raises(NotFound):
        take_from_inbox(profile=holder, inbox_id=issued.inbox.pk, now=timezone.now())
    makers.verify_email(holder.user)

    take_from_inbox(profile=holder, inbox_id=issued.inbox.pk, now=timezone.now())

    assert told(issued.issuance)[-1] == ("CLAIMED", "inbox", "ada")


def test_a_claim_link_delivers_and_claims_in_one_chain_once_each(
    issuer: Profile, boost: Boost, holder: Profile
) -> None:
    secret = link_to(boost)

    first, again, other = claim(holder, secret), claim(holder, secret), claim(makers.profile("eve"), secret)

    assert first.credential == again.credential != other.credential
    assert told(first.issuance) == [("DELIVERED", "claimLink", "ada"), ("CLAIMED", "claimLink", "ada")]
    assert event_count() == 4


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "expired"),
        ({"revoked_at": timezone.now()}, "revoked"),
        ({"uses_left": 0}, "as often as"),
    ],
)
def test_a_claim_link_that_has_ended_gives_nothing(
    boost: Boost, holder: Profile, changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        claim(holder, link_to(boost, **changes))
    assert event_count() == 0


@pytest.mark.parametrize("secret", ["", "forged", "\x00", "é" * 100, "../../etc/passwd"])
def test_a_token_that_nobody_made_opens_nothing(holder: Profile, secret: str) -> None:
    with pytest.raises(NotFound):
        claim(holder, secret)


@pytest.mark.parametrize(("word", "reason"), [(standing.revoke, "revoked"), (standing.suspend, "suspended")])
def test_what_doesnt_stand_isnt_claimed(
    issuer: Profile, boost: Boost, holder: Profile, word: Callable[[Issuance], bool], reason: str
) -> None:
    delivered, waiting = sent(issuer, boost, "ada"), sent(issuer, boost, "x@example.com")
    assert delivered.credential
    secret = token_of(waiting.inbox)
    for issued in (delivered, waiting):
        word(issued.issuance)

    with pytest.raises(Refused, match=reason):
        accept(profile=holder, credential_id=delivered.credential.pk)
    with pytest.raises(Refused, match=reason):
        claim(holder, secret)
    assert event_count() == 2


def test_a_suspension_ends_and_a_revocation_doesnt(issuer: Profile, boost: Boost, holder: Profile) -> None:
    issued = sent(issuer, boost, "ada")
    assert issued.credential

    assert standing.suspend(issued.issuance)
    assert not standing.suspend(issued.issuance)
    assert standing.reactivate(issued.issuance)
    assert accept(profile=holder, credential_id=issued.credential.pk).is_new
    assert standing.revoke(issued.issuance)
    assert not standing.revoke(issued.issuance)
    for word in (standing.suspend, standing.reactivate):
        with pytest.raises(Refused, match="stays revoked"):
            word(issued.issuance)


def test_what_waits_too_long_expires_once_and_isnt_claimed_any_more(
    issuer: Profile, boost: Boost, holder: Profile
) -> None:
    issued = sent(issuer, boost, "x@example.com", lifetime=timedelta(seconds=1))
    kept = sent(issuer, boost, "y@example.com")
    secret, later = token_of(issued.inbox), timezone.now() + timedelta(hours=1)

    assert list(expire_overdue(later)) == [True]
    assert list(expire_overdue(later)) == []

    assert told(issued.issuance)[-1] == ("EXPIRED", "inbox", "x@example.com")
    assert chain(kept.issuance) == ["CREATED"]
    with pytest.raises(Refused, match="expired"):
        claim(holder, secret)


def test_a_claim_is_late_before_anyone_has_swept(issuer: Profile, boost: Boost, holder: Profile) -> None:
    issued = sent(issuer, boost, "x@example.com", lifetime=timedelta(seconds=1))
    secret = token_of(issued.inbox)

    with pytest.raises(Refused, match="expired"):
        follow(profile=holder, secret=secret, now=timezone.now() + timedelta(seconds=2))
    assert chain(issued.issuance) == ["CREATED"]


def test_what_was_claimed_in_time_never_expires(issuer: Profile, boost: Boost, holder: Profile) -> None:
    issued = sent(issuer, boost, "x@example.com", lifetime=timedelta(seconds=1))
    claim(holder, token_of(issued.inbox))

    assert list(expire_overdue(timezone.now() + timedelta(days=1))) == []
    assert chain(issued.issuance) == ["CREATED", "CLAIMED"]
