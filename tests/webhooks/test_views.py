"""The doors: who gets a message in, and what is answered to everyone else."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client

from apps.webhooks.models import DeliveryStatus, WebhookDelivery
from apps.webhooks.registry import Handler
from tests.webhooks.signing import (
    PRINTIFY_SECRET,
    mail_headers,
    printify_event,
    printify_headers,
    stripe_event,
    stripe_headers,
    stripe_mac,
)

pytestmark = pytest.mark.django_db

HandledBy = Callable[[Handler], None]


def post(where: str, body: bytes, headers: Mapping[str, str]) -> HttpResponse:
    answer = Client().post(f"/webhooks/{where}/", body, content_type="application/json", headers=dict(headers))
    assert isinstance(answer, HttpResponse)
    return answer


def stored() -> list[tuple[str, str, str, str]]:
    rows = WebhookDelivery.objects.in_order()
    return list(rows.values_list("provider", "event_id", "event_type", "status"))


def test_a_signed_message_is_stored_as_it_came(handled_by: HandledBy) -> None:
    handled_by(lambda _: True)
    body = stripe_event(odd=" spaces,  umlauts äöü ")

    assert post("stripe", body, stripe_headers(body)).status_code == 200

    delivery = WebhookDelivery.objects.get()
    assert bytes(delivery.body or b"") == body
    assert delivery.headers.keys() == {"Stripe-Signature"}
    assert stored() == [("stripe", "evt_1", "test.happened", DeliveryStatus.RECEIVED)]


def test_what_comes_again_is_answered_and_not_stored_again(handled_by: HandledBy) -> None:
    handled_by(lambda _: True)
    for _ in range(3):
        body = stripe_event()
        assert post("stripe", body, stripe_headers(body)).status_code == 200
    body = printify_event()
    assert post("printify", body, printify_headers(body)).status_code == 200

    assert [row[0] for row in stored()] == ["stripe", "printify"]


def test_a_type_that_nobody_handles_is_stored_and_put_aside() -> None:
    body = stripe_event(event_type="coffee.brewed")

    assert post("stripe", body, stripe_headers(body)).status_code == 200
    assert stored() == [("stripe", "evt_1", "coffee.brewed", DeliveryStatus.IGNORED)]


BODY = stripe_event()
NOW = int(time.time())
BAD_STRIPE: dict[str, dict[str, str]] = {
    "missing": {},
    "empty": {"Stripe-Signature": ""},
    "nonsense": {"Stripe-Signature": "nonsense"},
    "no time": {"Stripe-Signature": f"v1={stripe_mac(BODY, NOW)}"},
    "time that is none": {"Stripe-Signature": f"t=soon,v1={stripe_mac(BODY, NOW)}"},
    "of another body": stripe_headers(BODY + b" "),
    "of another key": stripe_headers(BODY, secret="whsec_of_someone_else"),
    "of no key": stripe_headers(BODY, secret=""),
    "too old": stripe_headers(BODY, age_s=310),
    "of another scheme": {"Stripe-Signature": stripe_headers(BODY)["Stripe-Signature"].replace("v1=", "v0=")},
    "of another time": {"Stripe-Signature": f"t={NOW + 1},v1={stripe_mac(BODY, NOW)}"},
}


@pytest.mark.parametrize("name", BAD_STRIPE)
def test_a_stripe_message_that_is_not_signed_right_is_refused_and_not_stored(name: str) -> None:
    assert post("stripe", BODY, BAD_STRIPE[name]).status_code == 400
    assert stored() == []


def test_one_fitting_signature_of_several_is_enough() -> None:
    body, sent = stripe_event(), int(time.time())
    header = f"t={sent},v1={'0' * 64},v0={stripe_mac(body, sent)},v1={stripe_mac(body, sent)}"

    assert post("stripe", body, {"Stripe-Signature": header}).status_code == 200


BAD_PRINTIFY: dict[str, dict[str, str]] = {
    "missing": {},
    "nonsense": {"X-Pfy-Signature": "ä"},
    "without its scheme": {"X-Pfy-Signature": printify_headers(b"{}")["X-Pfy-Signature"].removeprefix("sha256=")},
    "of another body": printify_headers(b"{} "),
    "of another key": printify_headers(b"{}", secret=PRINTIFY_SECRET + "x"),
}


@pytest.mark.parametrize("name", BAD_PRINTIFY)
def test_a_printify_message_that_is_not_signed_right_is_refused_and_not_stored(name: str) -> None:
    assert post("printify", b"{}", BAD_PRINTIFY[name]).status_code == 400
    assert stored() == []


@pytest.mark.parametrize("where", ["stripe", "printify", "email/postmark"])
def test_without_a_secret_of_ours_nobody_gets_in(where: str, settings: LazySettings) -> None:
    settings.STRIPE_WEBHOOK_SECRET = settings.PRINTIFY_WEBHOOK_SECRET = ""
    settings.ANYMAIL = {"WEBHOOK_SECRET": ""}
    body = stripe_event()
    signed = stripe_headers(body, secret="") | printify_headers(body, secret="") | mail_headers("")

    assert post(where, body, signed).status_code == 400
    assert stored() == []


@pytest.mark.usefixtures("one_moment")
def test_too_many_bad_signatures_are_told_to_stop_and_good_ones_still_come_in() -> None:
    answers = [post("stripe", BODY, {}).status_code for _ in range(35)]

    assert (answers.count(400), answers.count(429)) == (30, 5)
    body = stripe_event()
    assert post("stripe", body, stripe_headers(body)).status_code == 200


@pytest.mark.usefixtures("one_moment")
def test_behind_a_proxy_each_is_told_for_themselves_whatever_they_claim_to_be(settings: LazySettings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def status(claimed: str, seen_by_proxy: str) -> int:
        return post("stripe", BODY, {"X-Forwarded-For": f"{claimed}, {seen_by_proxy}"}).status_code

    flood = [status(f"198.51.100.{number}", "192.0.2.1") for number in range(31)]

    assert (flood[-2:], status("192.0.2.1", "192.0.2.2")) == ([400, 429], 400)


@pytest.mark.parametrize("where", ["stripe", "printify", "email/postmark"])
def test_what_is_too_large_is_refused(where: str) -> None:
    body = stripe_event(much="x" * 1_000_000)
    signed = stripe_headers(body) | printify_headers(body) | mail_headers()

    assert post(where, body, signed).status_code == 413
    assert stored() == []


SURPRISES = [
    b"", b"{", b"[]", b"3", b"null", b'"text"', b"{}", b'{"id": 3, "type": 4}', b'{"id": "", "type": ""}', b"\xff",
    b'{"id": null, "type": "x"}', b"[" * 100_000, b'{"id": "a\\u0000b", "type": ["x"]}',
]  # fmt: skip


@pytest.mark.parametrize("body", SURPRISES, ids=lambda body: repr(body[:20]))
def test_a_signed_surprise_is_kept_for_a_person(body: bytes) -> None:
    assert post("printify", body, printify_headers(body)).status_code == 200

    (row,) = stored()
    assert (row[2], row[3]) == ("", DeliveryStatus.RECEIVED)


def test_an_id_with_null_characters_is_stored_without_them() -> None:
    body = printify_event(event_id="a\0b", event_type="order:\0")

    assert post("printify", body, printify_headers(body)).status_code == 200
    assert stored() == [("printify", "ab", "order:", DeliveryStatus.IGNORED)]


def _postmark(**changes: Any) -> dict[str, Any]:
    return {
        "RecordType": "Bounce", "ID": 901542550, "Type": "HardBounce", "TypeCode": 1, "Name": "Hard bounce",
        "MessageID": "2706ee8a-737c-4285-b032-ccd317af53ed", "Description": "It was unable to deliver",
        "Details": "smtp;550 5.1.1", "Email": "bounce@example.com", "BouncedAt": "2026-11-21T12:00:00.000Z", "Tag": "",
        "Metadata": {"order": "1"}, **changes,
    }  # fmt: skip


def test_a_mail_providers_events_are_stored_in_common_words_once() -> None:
    body = json.dumps(_postmark()).encode()
    for _ in range(2):
        assert post("email/postmark", body, mail_headers()).status_code == 200

    delivery = WebhookDelivery.objects.get()
    assert (delivery.provider, delivery.event_type) == ("email", "bounced")
    message = delivery.message()
    assert (message["recipient"], message["message_id"]) == (
        "bounce@example.com",
        "2706ee8a-737c-4285-b032-ccd317af53ed",
    )
    assert (message["esp"], message["timestamp"]) == ("postmark", "2026-11-21T12:00:00+00:00")


def test_a_batch_of_mail_events_is_as_many_messages() -> None:
    event = {"time": 1_795_000_000, "MessageID": 1, "Message_GUID": "guid", "email": "a@example.com"}
    events = [{**event, "event": name} for name in ("sent", "bounce", "open")]

    assert post("email/mailjet", json.dumps(events).encode(), mail_headers()).status_code == 200

    assert {row[2] for row in stored()} == {"delivered", "bounced", "opened"}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"3", b'{"RecordType": 7}', b"\xff"], ids=repr)
def test_a_mail_providers_surprise_is_kept_for_a_person(body: bytes) -> None:
    assert post("email/postmark", body, mail_headers()).status_code == 200
    assert [row[0] for row in stored()] == ["email"]


def test_an_event_without_an_id_is_told_by_what_it_says() -> None:
    event = {"event": "hard_bounce", "email": "a@example.com", "ts_event": 1_795_000_000, "message-id": "<1@x>"}
    for changes in ({}, {}, {"email": "b@example.com"}):
        body = json.dumps({**event, **changes}).encode()
        assert post("email/brevo", body, mail_headers()).status_code == 200

    assert len(stored()) == 2


@pytest.mark.parametrize(
    ("where", "headers", "status"),
    [
        ("email/postmark", {}, 400),
        ("email/postmark", mail_headers("anymail:wrong"), 400),
        ("email/pigeon", mail_headers(), 404),
    ],
)
def test_other_mail_messages_are_refused(where: str, headers: dict[str, str], status: int) -> None:
    assert post(where, json.dumps(_postmark()).encode(), headers).status_code == status
    assert stored() == []


@pytest.mark.parametrize("where", ["stripe", "printify", "email/postmark"])
def test_the_doors_are_for_posting_only(where: str) -> None:
    assert Client().get(f"/webhooks/{where}/").status_code == 405
