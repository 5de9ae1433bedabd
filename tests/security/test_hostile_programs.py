"""What programs may send that wish the product ill, or are broken: to tRPC, to the webhooks."""

import hmac
import json
import time
from hashlib import sha256
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from activity_project.trpc import endpoint
from apps.webhooks import processing
from apps.webhooks.models import DeliveryStatus, WebhookDelivery
from apps.webhooks.printify import signature
from apps.webhooks.registry import types_of
from tests.conftest import Program
from tests.factories import issued
from tests.security import hostile
from tests.security.examples import tried
from tests.stage import Stage, taken_back

STRIPE, PRINTIFY, MAIL = "whsec_of-a-test", "printify-of-a-test", "mail:of-a-test"


@pytest.mark.parametrize("name", sorted(endpoint.procedures))
@tried(times=12)
@given(given_input=hostile.json_values, twice=st.booleans(), raw=hostile.texts, method=st.sampled_from(["get", "post"]))
def test_no_input_breaks_a_procedure(
    name: str, given_input: object, twice: bool, raw: str, method: str, stage: Stage
) -> None:
    text = json.dumps(given_input)
    batch = json.dumps({"0": json.dumps(text) if twice else given_input, "1": raw})

    with taken_back():
        program = Program(issued(stage.people["owner"]).secret)
        answers = [
            program.get(f"/trpc/{name}", {"input": raw.encode("utf-8", "replace").decode()}),
            program.get(f"/trpc/{name},{name}", {"batch": "1", "input": batch}),
            program.post(f"/trpc/{name}", text, "application/json"),
        ]

    assert not [answer.content for answer in answers if answer.status_code >= 500 or b"INTERNAL" in answer.content]


@pytest.fixture
def _with_secrets(settings: LazySettings) -> None:
    settings.STRIPE_WEBHOOK_SECRET, settings.PRINTIFY_WEBHOOK_SECRET = STRIPE, PRINTIFY
    settings.ANYMAIL = {"WEBHOOK_SECRET": MAIL}


def _from_stripe(body: bytes) -> Any:
    now = int(time.time())
    digest = hmac.new(STRIPE.encode(), f"{now}.".encode() + body, sha256).hexdigest()
    return Client().post(
        "/webhooks/stripe/", body, "application/json", headers={"Stripe-Signature": f"t={now},v1={digest}"}
    )


def _from_printify(body: bytes) -> Any:
    signed = {"X-Pfy-Signature": signature(body, PRINTIFY)}
    return Client().post("/webhooks/printify/", body, "application/json", headers=signed)


def _from_postmark(body: bytes) -> Any:
    authorization = {"Authorization": "Basic bWFpbDpvZi1hLXRlc3Q="}
    return Client().post("/webhooks/email/postmark/", body, "application/json", headers=authorization)


def _messages(event_type: str) -> st.SearchStrategy[bytes]:
    """What the provider might say of that type, with anything anywhere; or anything at all."""
    about = st.dictionaries(
        st.sampled_from(
            ["id", "object", "metadata", "payment_intent", "customer", "status", "charge", "amount_refunded"]
        ),
        hostile.json_values,
    )
    shaped = st.fixed_dictionaries(
        {
            "id": hostile.texts | st.integers(),
            "type": st.just(event_type),
            "created": st.just(1_795_000_000) | hostile.json_values,
            "data": st.fixed_dictionaries({"object": about | hostile.json_values}) | hostile.json_values,
            "resource": st.fixed_dictionaries({"id": hostile.texts, "type": st.just("order"), "data": about}),
        }
    )
    return (shaped | hostile.json_values).map(lambda message: json.dumps(message).encode()) | hostile.bodies


@pytest.mark.parametrize("event_type", types_of("stripe"))
@pytest.mark.usefixtures("_with_secrets")
@tried(times=8)
@given(data=st.data())
def test_no_signed_message_of_stripes_breaks_the_door_or_the_worker(
    event_type: str, data: st.DataObject, stage: Stage
) -> None:
    # Stripe's own package takes what isn't UTF-8 for badly signed.
    _is_taken_in(_from_stripe, data.draw(_messages(event_type).filter(_is_text)))


def _is_text(body: bytes) -> bool:
    return body.decode(errors="ignore").encode() == body


@pytest.mark.parametrize("event_type", types_of("printify"))
@pytest.mark.usefixtures("_with_secrets")
@tried(times=8)
@given(data=st.data())
def test_no_signed_message_of_printifys_breaks_the_door_or_the_worker(
    event_type: str, data: st.DataObject, stage: Stage
) -> None:
    _is_taken_in(_from_printify, data.draw(_messages(event_type)))


@pytest.mark.usefixtures("_with_secrets")
@tried(times=30)
@given(body=hostile.json_values.map(lambda value: json.dumps(value).encode()) | hostile.bodies)
def test_no_word_of_a_mail_provider_breaks_the_door_or_the_worker(body: bytes, stage: Stage) -> None:
    _is_taken_in(_from_postmark, body)


def _is_taken_in(send: Any, body: bytes) -> None:
    """Stored, and done with or put before a person."""
    with taken_back():
        assert send(body).status_code == 200
        for delivery in WebhookDelivery.objects.filter(status=DeliveryStatus.RECEIVED):
            assert processing.process(delivery.pk) is not None
