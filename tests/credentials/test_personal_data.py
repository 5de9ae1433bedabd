"""What is kept about a person is given out to them, and taken away: rows stay, words go, sums stand."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.credentials import personal_data
from apps.credentials.filters import EVERYTHING
from apps.credentials.models import Boost, Credential, CredentialActivity, InboxCredential, Issuance, Profile
from apps.credentials.models.profiles import VerifiedPhone
from apps.credentials.profiles import block
from apps.credentials.stats import count_activity
from tests.credentials import makers
from tests.credentials.makers import chain, sent
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def export(user: User) -> dict[str, list[Any]]:
    return {name: list(rows) for name, rows in personal_data.sections(user)}


def erase(user: User) -> None:
    personal_data.erase(user, now=timezone.now())


def everything_kept() -> str:
    """All rows about recipients, as text."""
    tables = (CredentialActivity, Issuance, InboxCredential, Credential, Profile, VerifiedPhone)
    return repr([list(table.objects.values()) for table in tables])


def test_an_export_has_what_the_person_has_and_is(issuer: Profile, boost: Boost, holder: Profile) -> None:
    sent(issuer, boost, "ada")
    sent(issuer, boost, holder.user.email)

    of_holder, of_issuer = export(holder.user), export(issuer.user)

    assert of_holder["received"][0]["credential"]["name"] == "First aid"
    assert (of_holder["profile"][0]["profileId"], len(of_holder["waiting"])) == ("ada", 1)
    assert [each["name"] for each in of_issuer["boosts"]] == ["First aid"]
    assert len(of_issuer["issued"]) == 2
    assert "'ada'" not in repr(of_issuer)  # an id may have the letters, too


def test_someone_without_a_profile_hears_of_what_waits(issuer: Profile, boost: Boost, owner: User) -> None:
    someone = UserFactory.create(email="someone@example.com")
    sent(issuer, boost, "Someone@example.com")

    assert [name for name, rows in personal_data.sections(someone) if list(rows)] == ["waiting"]


def test_an_erased_holder_is_nowhere_and_the_issuers_figures_are_as_they_were(
    issuer: Profile, boost: Boost, holder: Profile
) -> None:
    VerifiedPhone.objects.create(number="+442079460018", profile=holder)
    makers.verify_email(holder.user)
    for recipient in ("ada", holder.user.email, "+442079460018"):
        sent(issuer, boost, recipient, metadata={"course": f"for {recipient}"})
    before = count_activity(issuer, EVERYTHING)

    erase(holder.user)

    assert count_activity(issuer, EVERYTHING) == before
    kept = everything_kept()
    assert not [words for words in ("'ada'", "Ada L", holder.user.email, "+4420", "course") if words in kept]


def test_what_waited_for_an_erased_person_fails_and_says_why(issuer: Profile, boost: Boost) -> None:
    someone = UserFactory.create(email="someone@example.com")
    issued = sent(issuer, boost, "someone@example.com")

    erase(someone)

    assert chain(issued.issuance) == ["CREATED", "FAILED"]
    assert "someone" not in everything_kept()
    assert not InboxCredential.objects.unsent().exists()


def test_what_an_erased_holder_had_is_not_shown_to_verifiers(
    issuer: Profile, boost: Boost, holder: Profile, client: Client
) -> None:
    credential = sent(issuer, boost, "ada").credential
    assert credential

    erase(holder.user)

    assert client.get(f"/credentials/verify/{credential.pk}/").status_code == 404
    assert client.get(f"/api/credentials/{credential.pk}").status_code == 404


def test_what_an_erased_issuer_signed_is_still_verified(
    issuer: Profile, boost: Boost, holder: Profile, client: Client
) -> None:
    credential = sent(issuer, boost, "ada").credential
    assert credential

    erase(issuer.user)

    issuer.refresh_from_db()
    assert (issuer.handle, issuer.display_name) == ("academy", "Erased")
    assert client.get(f"/api/credentials/{credential.pk}").json()["signatureValid"]
    assert client.get("/.well-known/credentials/academy/jwks.json").json()["keys"]
    assert client.get("/issuers/academy/status/revocation/0/").status_code == 200
    assert not issuer.signing_keys.that_sign().exists()


def test_erasing_twice_is_erasing_once(issuer: Profile, boost: Boost, holder: Profile) -> None:
    sent(issuer, boost, "ada")
    block(profile=holder, issuer=issuer)

    erase(holder.user)
    erase(holder.user)

    assert count_activity(issuer, EVERYTHING).total == 1
    assert not holder.blocks.exists()


CHANGES = [
    "UPDATE credential_activity SET event_type = 'CLAIMED'",
    "UPDATE credential_activity SET timestamp = timestamp - interval '1 day'",
    "UPDATE credentials SET recipient_id = recipient_id + 1",
    "UPDATE credential_issuances SET latest_type = 'CLAIMED'",
    "DELETE FROM credential_activity",
]


@pytest.mark.parametrize("change", CHANGES)
def test_an_erasure_changes_words_and_nothing_else(change: str, issuer: Profile, boost: Boost, holder: Profile) -> None:
    sent(issuer, boost, "ada")

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL credentials.permit = 'erase'")
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute(change)
