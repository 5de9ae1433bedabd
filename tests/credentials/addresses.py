"""The addresses of one person's credentials, for the access matrix."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.credentials.claim_links import make_link
from apps.credentials.models import Boost
from tests.credentials import makers


def credential_addresses(owner: User) -> dict[str, str]:
    """By name: an issuer who has also received something, so that each address of theirs is there."""
    issuer = makers.profile("academy", user=owner)
    other = makers.profile("other-issuer")
    boost, draft = makers.boost(issuer), makers.boost(issuer, state=Boost.State.DRAFT)
    issued = makers.sent(issuer, boost, "other-issuer", activity_id="mine")
    received = makers.sent(other, makers.boost(other), "academy").credential
    assert issued.credential
    assert received
    makers.verify_email(owner, "second@example.com")
    waiting = makers.sent(other, makers.boost(other), "third@example.com").inbox
    assert waiting
    makers.verify_email(owner, "third@example.com")
    made = make_link(boost, lifetime=timedelta(days=1), uses=None, now=timezone.now())
    integration = issuer.integrations.create(name="LMS")
    arguments: dict[str, list[Any]] = {
        "credentials:activity": ["mine"],
        "credentials:standing": ["mine"],
        "credentials:boost": [boost.pk],
        "credentials:publish": [draft.pk],
        "credentials:remove-boost": [draft.pk],
        "credentials:issue": [boost.pk],
        "credentials:add-claim-link": [boost.pk],
        "credentials:revoke-claim-link": [boost.pk, made.link.pk],
        "credentials:remove-integration": [integration.pk],
        "credentials:accept": [received.pk],
        "credentials:download": [received.pk],
        "credentials:take": [waiting.pk],
        "credentials:block": ["other-issuer"],
        "credentials:verify": [issued.credential.pk],
        "credentials:claim": [made.secret],
        "credentials:status-list": ["academy", "revocation", 0],
        "credentials:did": ["academy"],
        "credentials:jwks": ["academy"],
        "network:get_activity": ["mine"],
        "network:get_chain": ["mine"],
        "network:post_claim": [made.secret],
        "network:get_credential": [issued.credential.pk],
        "network:read_boost": [boost.pk],
        "network:change_boost": [boost.pk],
        "network:remove_boost": [boost.pk],
        "network:add_claim_link": [boost.pk],
        "staff:credential-activity": ["academy", "mine"],
    }
    return {name: reverse(name, args=given) for name, given in arguments.items()} | {"no-route": "/api/nothing"}
