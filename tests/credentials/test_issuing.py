"""Issuing: which events come of it, and that a refusal leaves none."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.credentials import issuing, signing
from apps.credentials.documents import Content
from apps.credentials.event_types import EventType, RecipientType, Source
from apps.credentials.models import Boost, CredentialActivity, Issuance, Profile, SigningKey, VerifiedPhone
from apps.credentials.profiles import block
from apps.credentials.refusals import DeliveryFailed, NotFound, Refusal, Refused
from tests.credentials import makers
from tests.credentials.makers import chain, event_count, sent, told, wish

pytestmark = pytest.mark.django_db


def test_what_is_sent_to_a_profile_is_delivered(issuer: Profile, boost: Boost, holder: Profile) -> None:
    issued = sent(issuer, boost, "ada")

    event = issued.issuance.events.get()
    assert (event.event_type, event.source) == (EventType.DELIVERED, Source.SEND_BOOST)
    assert (event.recipient_type, event.recipient_identifier) == (RecipientType.PROFILE, "ada")
    assert (event.actor, event.recipient_profile, event.boost) == (issuer, holder, boost)
    assert issued.credential
    assert event.credential_id == issued.credential.pk


def test_an_unknown_address_gets_it_into_its_inbox(issuer: Profile, boost: Boost) -> None:
    issued = sent(issuer, boost, " Grace@Example.com ", source=Source.SEND)

    assert told(issued.issuance) == [("CREATED", "send", "grace@example.com")]
    assert issued.credential is None
    assert issued.inbox
    assert issued.inbox.mail_due
    assert issued.claim_token == ""
    assert timedelta(days=29) < issued.inbox.expires_at - timezone.now() < timedelta(days=31)


def test_a_verified_address_of_a_known_profile_gets_it_delivered(
    issuer: Profile, boost: Boost, holder: Profile
) -> None:
    email = makers.verify_email(holder.user)

    issued = sent(issuer, boost, email.upper())

    assert told(issued.issuance) == [("CREATED", "sendBoost", email), ("DELIVERED", "sendBoost", "ada")]
    assert issued.credential
    assert issued.credential.recipient == holder


def test_an_address_that_isnt_verified_is_nobodys(issuer: Profile, boost: Boost, holder: Profile) -> None:
    assert chain(sent(issuer, boost, holder.user.email).issuance) == ["CREATED"]


def test_a_verified_phone_is_its_profiles_and_another_waits(issuer: Profile, boost: Boost, holder: Profile) -> None:
    VerifiedPhone.objects.create(number="+442079460018", profile=holder)

    assert chain(sent(issuer, boost, "+44 20 7946-0018").issuance) == ["CREATED", "DELIVERED"]
    waiting = sent(issuer, boost, "+44 20 7946 0019")
    assert told(waiting.issuance) == [("CREATED", "sendBoost", "+442079460019")]
    assert waiting.claim_token


def test_the_same_boost_to_the_same_recipient_twice_is_two_chains(
    issuer: Profile, boost: Boost, holder: Profile
) -> None:
    first, second = (sent(issuer, boost, "ada").issuance for _ in range(2))

    assert first.activity_id != second.activity_id
    assert event_count() == 2


def test_a_caller_may_name_the_activity_once(issuer: Profile, boost: Boost, holder: Profile) -> None:
    assert sent(issuer, boost, "ada", activity_id="course-7:ada").issuance.activity_id == "course-7:ada"

    with pytest.raises(Refused, match="activityId"):
        sent(issuer, boost, "ada", activity_id="course-7:ada")
    assert event_count() == 1


def test_two_issuers_may_use_the_same_activity_id(issuer: Profile, boost: Boost, holder: Profile) -> None:
    sent(issuer, boost, "ada", activity_id="1")
    sent(holder, makers.boost(holder), "academy", activity_id="1")

    assert Issuance.objects.with_activity_id("1").count() == 2


def test_events_carry_the_integration_of_their_issuance(issuer: Profile, boost: Boost, holder: Profile) -> None:
    integration = issuer.integrations.create(name="LMS")

    issued = sent(issuer, boost, "ada", integration_id=integration.pk, source=Source.CONTRACT)

    assert issued.issuance.events.get().integration == integration
    assert told(issued.issuance) == [("DELIVERED", "contract", "ada")]


def test_a_credential_of_the_issuers_own_needs_no_boost(issuer: Profile, holder: Profile) -> None:
    document = {"credentialSubject": {"achievement": {"name": "Thesis prize", "achievementType": "Award"}}}
    content = Content.of_credential(document)

    issued = issuing.send(
        issuing.Wish(issuer=issuer, recipient="ada", source=Source.SEND_CREDENTIAL, content=content),
        now=timezone.now(),
    )

    assert issued.credential
    assert issued.credential.document["credentialSubject"]["achievement"]["name"] == "Thesis prize"
    assert (issued.issuance.title, issued.issuance.category) == ("Thesis prize", "Award")


@pytest.mark.parametrize(
    ("recipient", "refusal"),
    [
        ("nobody-here", NotFound),
        ("did:web:example.org:issuers:nobody", NotFound),
        ("", Refused),
        ("a b", Refused),
        ("x@", Refused),
        ("+12", Refused),
        ("+44 20 call me", Refused),
        ("Robert'); DROP TABLE", Refused),
        ("a@" + "b" * 300 + ".example", Refused),
    ],
)
def test_a_recipient_that_isnt_one_leaves_nothing(
    issuer: Profile, boost: Boost, recipient: str, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        sent(issuer, boost, recipient)
    assert event_count() == Issuance.objects.count() == 0


def test_a_recipient_who_has_blocked_the_issuer_isnt_there(issuer: Profile, boost: Boost, holder: Profile) -> None:
    email = makers.verify_email(holder.user)
    block(profile=holder, issuer=issuer)

    for recipient in ("ada", email):
        with pytest.raises(NotFound, match=r"^There is no such recipient\.$"):
            sent(issuer, boost, recipient)
    assert event_count() == 0


def test_only_live_boosts_of_ones_own_can_be_issued(issuer: Profile, boost: Boost, holder: Profile) -> None:
    draft = makers.boost(issuer, state=Boost.State.DRAFT)

    assert issuing.live_boost(issuer, boost.pk) == boost
    with pytest.raises(Refused, match="draft"):
        issuing.live_boost(issuer, draft.pk)
    with pytest.raises(Refused, match="draft"):
        sent(issuer, draft, "ada")
    assert event_count() == 0
    for unknown in (uuid4(), makers.boost(holder).pk):
        with pytest.raises(NotFound):
            issuing.live_boost(issuer, unknown)


def test_an_integration_of_someone_elses_is_refused(issuer: Profile, boost: Boost, holder: Profile) -> None:
    other = holder.integrations.create(name="Theirs")

    with pytest.raises(NotFound):
        sent(issuer, boost, "ada", integration_id=other.pk)
    assert event_count() == 0


@pytest.mark.parametrize("recipient", ["ada", "+442079460018"])
def test_a_delivery_that_fails_ends_its_chain_and_says_why(
    issuer: Profile, boost: Boost, holder: Profile, recipient: str
) -> None:
    VerifiedPhone.objects.create(number="+442079460018", profile=holder)
    SigningKey.objects.update(sealed_private_jwk="broken")

    with pytest.raises(DeliveryFailed, match="signing key"):
        issuing.send(wish(issuer, boost, recipient, activity_id="x", metadata={"room": 7}), now=timezone.now())

    event = CredentialActivity.objects.get()
    assert (event.event_type, event.activity_id, event.recipient_identifier) == ("FAILED", "x", recipient)
    assert event.metadata == {"room": 7, "error": "The issuer's signing key can't be opened."}
    assert event.issuance.error == "The issuer's signing key can't be opened."


def test_what_is_issued_is_a_signed_open_badge(issuer: Profile, boost: Boost, holder: Profile) -> None:
    credential = sent(issuer, boost, "ada").credential

    assert credential
    document = credential.document
    assert document["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert document["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert document["credentialSubject"]["achievement"]["name"] == "First aid"
    assert document["id"].endswith(str(credential.pk))
    assert signing.is_signed(credential.signed, document, credential.key)
    assert not signing.is_signed(credential.signed, document | {"name": "Surgery"}, credential.key)
    assert not signing.is_signed("x.y.z", document, credential.key)
