"""Claim mails: sent once with a token that works, tried again, and given up on the record."""

import re
import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command
from django.utils import timezone

from apps.credentials import keys, mails, signing, tokens
from apps.credentials.claiming import follow
from apps.credentials.models import Boost, InboxCredential, Profile, SigningKey
from apps.credentials.refusals import NotFound
from tests.credentials import makers
from tests.credentials.makers import chain, sent
from tests.orders.deliveries import told_by_mail

pytestmark = pytest.mark.django_db


class Refusing(BaseEmailBackend):
    """A mail server that says no."""

    error: Exception

    def send_messages(self, email_messages: Any) -> int:
        raise self.error


@pytest.fixture
def refusing(settings: LazySettings) -> type[Refusing]:
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    return Refusing


def mailed(inbox: InboxCredential | None, *, later: timedelta = timedelta()) -> bool:
    assert inbox
    return mails.mail_claim_link(inbox.pk, now=timezone.now() + later)


def test_the_mail_carries_a_link_that_claims(issuer: Profile, boost: Boost, holder: Profile) -> None:
    issued = sent(issuer, boost, "x@example.com")

    assert mailed(issued.inbox)
    assert not mailed(issued.inbox)

    (message,) = mail.outbox
    found = re.search(r"http://localhost:8000/claim/([\w-]+)/", str(message.body))
    assert found
    assert message.to == ["x@example.com"]
    assert "First aid" in message.subject
    assert "The Academy" in message.subject
    ((html, kind),) = message.alternatives  # type: ignore[attr-defined]
    assert (kind, found[0] in str(html)) == ("text/html", True)
    assert follow(profile=holder, secret=found[1], now=timezone.now()).is_new


def test_no_token_is_kept(issuer: Profile, boost: Boost, holder: Profile) -> None:
    issued = sent(issuer, boost, "x@example.com")
    mailed(issued.inbox)
    inbox = InboxCredential.objects.get()

    assert inbox.token_digest
    with pytest.raises(NotFound):
        follow(profile=holder, secret=bytes(inbox.token_digest).hex(), now=timezone.now())


def test_a_boost_named_to_inject_a_header_stays_one_line(issuer: Profile) -> None:
    issued = sent(issuer, makers.boost(issuer, "Prize\nBcc: everyone@example.com"), "x@example.com")

    assert mailed(issued.inbox)
    assert "\n" not in mail.outbox[0].subject


def test_a_refused_address_ends_the_chain_and_says_why(issuer: Profile, boost: Boost, refusing: type[Refusing]) -> None:
    refusing.error = smtplib.SMTPRecipientsRefused({"x@example.com": (550, b"no such mailbox")})
    issued = sent(issuer, boost, "x@example.com")

    assert not mailed(issued.inbox)

    assert chain(issued.issuance) == ["CREATED", "FAILED"]
    assert "no such mailbox" in str(issued.issuance.events.get(event_type="FAILED").metadata)


def test_an_address_that_is_refused_for_now_is_tried_again(
    issuer: Profile, boost: Boost, refusing: type[Refusing]
) -> None:
    refusing.error = smtplib.SMTPRecipientsRefused({"x@example.com": (451, b"greylisted")})
    issued = sent(issuer, boost, "x@example.com")

    assert not mailed(issued.inbox)
    assert chain(issued.issuance) == ["CREATED"]


def test_a_server_that_is_down_is_tried_for_a_day(issuer: Profile, boost: Boost, refusing: type[Refusing]) -> None:
    refusing.error = ConnectionRefusedError("nobody answers")
    issued = sent(issuer, boost, "x@example.com")

    assert not mailed(issued.inbox)
    assert not mailed(issued.inbox, later=timedelta(hours=23))
    assert chain(issued.issuance) == ["CREATED"]
    assert not mailed(issued.inbox, later=timedelta(hours=25))
    assert chain(issued.issuance) == ["CREATED", "FAILED"]


def test_what_the_broker_lost_is_offered_again(issuer: Profile, boost: Boost) -> None:
    sent(issuer, boost, "x@example.com")
    now = timezone.now()

    assert mails.offer_unsent(now) == 0
    assert mails.offer_unsent(now + timedelta(minutes=5)) == 1


def test_a_claim_mail_that_bounced_ends_the_chain_and_says_why(issuer: Profile, boost: Boost) -> None:
    issued = sent(issuer, boost, "x@example.com")
    mailed(issued.inbox)
    message_id = InboxCredential.objects.get().message_id

    for _ in range(2):
        told_by_mail("bounced", message_id=message_id, recipient="x@example.com", description="no such mailbox")

    assert chain(issued.issuance) == ["CREATED", "FAILED"]
    assert issued.issuance.events.get(event_type="FAILED").metadata == {"error": "no such mailbox"}


def test_what_was_claimed_stays_claimed_whatever_its_mail_did(issuer: Profile, boost: Boost, holder: Profile) -> None:
    issued = sent(issuer, boost, "x@example.com")
    mailed(issued.inbox)
    inbox = InboxCredential.objects.get()
    follow(profile=holder, secret=tokens.of_inbox(inbox.pk), now=timezone.now())

    told_by_mail("bounced", message_id=inbox.message_id, recipient="x@example.com")
    told_by_mail("bounced", message_id="another", recipient="x@example.com")

    assert chain(issued.issuance) == ["CREATED", "CLAIMED"]


def test_who_was_delivered_something_hears_of_it(issuer: Profile, boost: Boost, holder: Profile) -> None:
    credential = sent(issuer, boost, "ada").credential
    assert credential

    mails.tell_recipient(credential.pk)

    assert mail.outbox[0].to == [holder.user.email]
    assert "/credentials/received/" in str(mail.outbox[0].body)


def test_the_command_expires_and_says_how_many(
    issuer: Profile, boost: Boost, capsys: pytest.CaptureFixture[str]
) -> None:
    sent(issuer, boost, "x@example.com", lifetime=timedelta(seconds=-1))

    call_command("expire_credentials")
    call_command("expire_credentials")

    assert capsys.readouterr().out.splitlines() == [
        "1 of 1 overdue inbox credentials expired.",
        "0 of 0 overdue inbox credentials expired.",
    ]


def test_signing_keys_are_sealed_anew_under_a_new_key(
    issuer: Profile, boost: Boost, holder: Profile, settings: LazySettings
) -> None:
    before = sent(issuer, boost, "ada").credential
    assert before
    old = settings.CREDENTIALS_KEYS
    settings.CREDENTIALS_KEYS = ["a new key", *old]

    assert keys.rewrap_signing_keys() == SigningKey.objects.count()
    assert keys.rewrap_signing_keys() == 0

    settings.CREDENTIALS_KEYS = ["a new key"]
    after = sent(issuer, boost, "ada").credential
    assert after
    assert after.key == before.key
    assert signing.is_signed(before.signed, before.document, before.key)
    settings.CREDENTIALS_KEYS = ["another"]
    with pytest.raises(keys.SealBroken):
        keys.open_key(SigningKey.objects.get(pk=after.key.pk))


def test_signing_keys_outlive_a_change_of_the_secret_that_signs_sessions(
    issuer: Profile, settings: LazySettings
) -> None:
    key = keys.replace_key(issuer)
    settings.CREDENTIALS_KEYS, settings.SECRET_KEY = list(settings.CREDENTIALS_KEYS), "another"

    assert keys.open_key(key).as_dict(private=False) == key.public_jwk


def test_a_replaced_key_still_verifies_what_it_signed(issuer: Profile, boost: Boost, holder: Profile) -> None:
    before = sent(issuer, boost, "ada").credential
    keys.replace_key(issuer)
    after = sent(issuer, boost, "ada").credential

    assert before
    assert after
    assert before.key != after.key
    for credential in (before, after):
        assert signing.is_signed(credential.signed, credential.document, credential.key)
    assert len(signing.jwk_set(issuer.signing_keys.oldest_first())["keys"]) == 2


def test_no_private_key_is_kept_in_the_clear(issuer: Profile) -> None:
    key = SigningKey.objects.get(profile=issuer)

    assert set(key.public_jwk) == {"kty", "crv", "x"}
    assert str(keys.open_key(key).as_dict(private=True)["d"]) not in key.sealed_private_jwk
