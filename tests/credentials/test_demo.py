"""The demonstration's issuer, and histories in general: real chains, with the times they are said to have."""

from datetime import datetime, timedelta
from random import Random
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.utils import timezone

from apps.accounts.models import User
from apps.credentials import signing
from apps.credentials.claiming import accept
from apps.credentials.demo import seed_issuer
from apps.credentials.event_types import EventType, Source, Standing
from apps.credentials.filters import EVERYTHING
from apps.credentials.history import PastEvent, PastIssuance, write_history
from apps.credentials.models import Boost, Credential, CredentialActivity, InboxCredential, Issuance, Profile
from apps.credentials.recipients import of_profile
from apps.credentials.stats import count_activity
from tests.credentials.makers import chain

pytestmark = pytest.mark.django_db


def seed(owner: User, holder: User, count: int = 150) -> int:
    return seed_issuer(owner=owner, holders=[holder], issuances=count, chance=Random(1), now=timezone.now())


def test_the_demonstration_has_a_bit_of_everything(owner: User, stranger: User) -> None:
    events = seed(owner, stranger)

    stats = count_activity(owner.credential_profile, EVERYTHING)
    assert stats.total == 150
    assert stats.total_events == events
    assert min(stats.created, stats.delivered, stats.claimed, stats.expired, stats.failed, stats.revoked) > 0
    assert InboxCredential.objects.waiting().count() == stats.created
    for credential in Credential.objects.select_related("key")[:5]:
        assert signing.is_signed(credential.signed, credential.document, credential.key)


def test_the_same_seed_tells_the_same_story_once(owner: User, stranger: User) -> None:
    assert seed(owner, stranger) > 0
    assert seed(owner, stranger) == 0
    assert Issuance.objects.count() == 150


def test_what_the_demonstration_delivered_can_be_accepted(owner: User, stranger: User) -> None:
    seed(owner, stranger)
    waiting = Issuance.objects.filter(latest_type=EventType.DELIVERED, standing=Standing.ACTIVE).first()
    assert waiting

    assert accept(profile=stranger.credential_profile, credential_id=waiting.credential.pk).is_new


def test_times_are_kept_as_they_are_told(issuer: Profile, boost: Boost, holder: Profile) -> None:
    past = timezone.now() - timedelta(days=9)

    write_history(issuer, [told(boost, holder, [(EventType.DELIVERED, past)])], Random(1))

    assert CredentialActivity.objects.get().timestamp == past


def test_what_isnt_a_chain_isnt_written(issuer: Profile, boost: Boost, holder: Profile) -> None:
    past = timezone.now() - timedelta(days=9)
    wrong = told(boost, holder, [(EventType.CLAIMED, past), (EventType.DELIVERED, past)])

    with pytest.raises(IntegrityError):
        write_history(issuer, [wrong], Random(1))


def test_events_of_several_chains_lie_between_each_other(issuer: Profile, boost: Boost, holder: Profile) -> None:
    start = timezone.now() - timedelta(days=9)
    days = [start + timedelta(days=n) for n in range(4)]
    first = told(boost, holder, [(EventType.DELIVERED, days[0]), (EventType.CLAIMED, days[3])])
    second = told(boost, holder, [(EventType.DELIVERED, days[1]), (EventType.CLAIMED, days[2])])

    write_history(issuer, [first, second], Random(1))

    assert [chain(each) for each in Issuance.objects.all()] == [["DELIVERED", "CLAIMED"]] * 2
    assert list(CredentialActivity.objects.oldest_first().values_list("timestamp", flat=True)) == days


def told(boost: Boost, holder: Profile, events: list[tuple[EventType, datetime]]) -> PastIssuance:
    recipient = of_profile(holder)
    return PastIssuance(
        activity_id=str(uuid4()),
        boost=boost,
        integration=None,
        holder=holder,
        standing=Standing.ACTIVE,
        events=[PastEvent(type_, Source.SEND, at, recipient) for type_, at in events],
    )
