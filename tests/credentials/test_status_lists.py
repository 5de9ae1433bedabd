"""Bitstring Status Lists, read as a verifier reads them: fetched, their signature checked, unpacked."""

import gzip
import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from joserfc import jws
from joserfc.jwk import OKPKey

from apps.credentials import standing, status_lists
from apps.credentials.keys import ALGORITHM, replace_key
from apps.credentials.models import Boost, Credential, Profile
from tests.credentials.makers import sent

pytestmark = pytest.mark.django_db


def issued(issuer: Profile, boost: Boost) -> Credential:
    credential = sent(issuer, boost, "ada").credential
    assert credential
    return credential


def fetched(client: Client, url: str) -> dict[str, Any]:
    """The list at an address of this site, checked with the key that its issuer's DID document has for it."""
    answer = client.get(url.removeprefix("http://localhost:8000"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/vc+jwt")
    methods = {each["id"]: each for each in client.get("/issuers/academy/did.json").json()["verificationMethod"]}
    named = str(jws.extract_compact(answer.content).headers()["kid"])
    key = OKPKey.import_key(methods[named]["publicKeyJwk"])
    document = json.loads(jws.deserialize_compact(answer.content, key, algorithms=[ALGORITHM]).payload)
    assert (document["id"], document["issuer"]) == (url, "did:web:localhost%3A8000:issuers:academy")
    subject: dict[str, Any] = document["credentialSubject"]
    return subject


def is_set(client: Client, credential: Credential, purpose: str) -> bool:
    """What the list says about the credential, which names list and place itself."""
    (entry,) = [each for each in credential.document["credentialStatus"] if each["statusPurpose"] == purpose]
    subject = fetched(client, entry["statusListCredential"])
    assert (subject["statusPurpose"], subject["encodedList"][0]) == (purpose, "u")
    packed = subject["encodedList"][1:]
    bits = gzip.decompress(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    assert len(bits) * 8 == status_lists.BITS
    index = int(entry["statusListIndex"])
    return bool(bits[index // 8] >> (7 - index % 8) & 1)


def told(client: Client, credential: Credential) -> tuple[bool, bool]:
    return is_set(client, credential, "revocation"), is_set(client, credential, "suspension")


def test_a_list_follows_what_the_issuer_says(issuer: Profile, boost: Boost, holder: Profile, client: Client) -> None:
    first, second = issued(issuer, boost), issued(issuer, boost)
    assert told(client, first) == told(client, second) == (False, False)

    standing.suspend(first.issuance)
    assert (told(client, first), told(client, second)) == ((False, True), (False, False))
    standing.reactivate(first.issuance)
    standing.revoke(second.issuance)

    assert (told(client, first), told(client, second)) == ((False, False), (True, False))


def test_places_go_on_in_another_list(issuer: Profile, boost: Boost, holder: Profile, client: Client) -> None:
    status_lists.reserve_places(issuer, status_lists.BITS)

    credential = issued(issuer, boost)
    standing.revoke(credential.issuance)

    assert credential.document["credentialStatus"][0]["statusListCredential"].endswith("/revocation/1/")
    assert told(client, credential) == (True, False)


def test_a_new_key_signs_the_lists_of_old_credentials(
    issuer: Profile, boost: Boost, holder: Profile, client: Client
) -> None:
    credential = issued(issuer, boost)
    replace_key(issuer)

    assert told(client, credential) == (False, False)


@pytest.mark.parametrize("path", ["academy/status/revocation/1/", "academy/status/x/0/", "nobody/status/revocation/0/"])
def test_there_is_no_list_but_these(path: str, issuer: Profile, client: Client, settings: LazySettings) -> None:
    assert client.get(f"/issuers/{path}").status_code == 404
