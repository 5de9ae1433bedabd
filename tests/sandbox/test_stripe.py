"""The payments stand-in, used through the official package: what it answers, and what its webhooks say."""

from typing import Any

import pytest
import stripe
from stripe import StripeClient

from apps.sandbox.stripe.errors import API_VERSION
from tests.sandbox.purchases import PAYER, PLAN, PRINT, asked_for
from tests.sandbox.stage import Sandbox, Visitor


@pytest.fixture
def client(sandbox: Sandbox) -> StripeClient:
    return sandbox.stripe()


def page_of(session: stripe.checkout.Session) -> str:
    return f"/sandbox/checkout/{session.id}/"


def paid(client: StripeClient, visitor: Visitor, **changes: Any) -> stripe.checkout.Session:
    session = asked_for(client, **changes)
    assert visitor.press(page_of(session), act="pay", **PAYER).status_code == 302
    return client.v1.checkout.sessions.retrieve(session.id)


def heard(sandbox: Sandbox, topic: str) -> stripe.Event:
    """The webhook, checked and read by the official package."""
    webhook = sandbox.listener.wait_for(topic)
    assert webhook.path == "/webhooks/stripe/"
    signature = webhook.headers["Stripe-Signature"]
    event: stripe.Event = stripe.Webhook.construct_event(webhook.body, signature, sandbox.stripe_secret)
    return event


def test_it_speaks_the_version_that_the_package_pins() -> None:
    assert stripe.api_version == API_VERSION


def test_a_session_says_what_was_asked_for(client: StripeClient) -> None:
    session = asked_for(client)

    assert (session.status, session.payment_status, session.amount_total) == ("open", "unpaid", 4300)
    assert (session.currency, session.client_reference_id) == ("gbp", "cart-1")
    assert session.metadata
    assert session.metadata["order"] == "42"
    assert session.url
    assert session.payment_method_types == ["card", "bacs_debit"]


def test_paying_leads_back_with_the_session_and_a_signed_event_says_so(
    sandbox: Sandbox, client: StripeClient, visitor: Visitor
) -> None:
    session = asked_for(client)
    answer = visitor.press(page_of(session), act="pay", **PAYER)

    assert answer.headers["Location"] == f"http://127.0.0.1:8000/orders/?session={session.id}"
    event = heard(sandbox, "checkout.session.completed")
    told = event.data.object
    assert (event.api_version, event.livemode) == (stripe.api_version, False)
    assert (told["id"], told["payment_status"], told["amount_total"]) == (session.id, "paid", 4300)
    assert told["customer_details"]["email"] == "customer@example.com"
    assert "line_items" not in told
    intent = client.v1.payment_intents.retrieve(told["payment_intent"], {"expand": ["latest_charge"]})
    assert isinstance(intent.latest_charge, stripe.Charge)
    assert (intent.status, intent.latest_charge.paid, intent.latest_charge.amount) == ("succeeded", True, 4300)


def test_a_tampered_body_or_another_secret_is_refused_by_the_official_check(
    sandbox: Sandbox, client: StripeClient, visitor: Visitor
) -> None:
    paid(client, visitor)
    webhook = sandbox.listener.wait_for("checkout.session.completed")
    signature = webhook.headers["Stripe-Signature"]

    for body, secret in ((webhook.body + b" ", sandbox.stripe_secret), (webhook.body, "whsec_other")):
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(body, signature, secret)


def test_a_declined_card_leaves_the_session_open_for_another_try(
    sandbox: Sandbox, client: StripeClient, visitor: Visitor
) -> None:
    session = asked_for(client)
    visitor.press(page_of(session), act="decline", **PAYER)

    failed = heard(sandbox, "payment_intent.payment_failed").data.object
    assert failed["last_payment_error"]["code"] == "card_declined"
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    visitor.press(page_of(session), act="pay", **PAYER)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_intent == failed["id"]


@pytest.mark.parametrize(
    ("act", "outcome", "status"), [("later", "succeeded", "paid"), ("later-fails", "failed", "unpaid")]
)
def test_a_bank_debit_completes_unpaid_and_is_decided_later(
    sandbox: Sandbox, visitor: Visitor, act: str, outcome: str, status: str
) -> None:
    sandbox.hurry()
    session = asked_for(sandbox.stripe())
    visitor.press(page_of(session), act=act, **PAYER)

    assert heard(sandbox, "checkout.session.completed").data.object["payment_status"] == "unpaid"
    decided = heard(sandbox, f"checkout.session.async_payment_{outcome}").data.object
    assert (decided["id"], decided["payment_status"]) == (session.id, status)


def test_a_session_can_be_expired_by_the_shop_and_on_the_page(
    sandbox: Sandbox, client: StripeClient, visitor: Visitor
) -> None:
    by_shop, on_page = asked_for(client), asked_for(client)
    client.v1.checkout.sessions.expire(by_shop.id)
    visitor.press(page_of(on_page), act="expire")

    sandbox.listener.wait_for("checkout.session.expired", times=2)
    assert client.v1.checkout.sessions.retrieve(on_page.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError, match="status of expired"):
        client.v1.checkout.sessions.expire(by_shop.id)


def test_refunds_add_up_and_the_event_carries_the_sum(sandbox: Sandbox, client: StripeClient, visitor: Visitor) -> None:
    intent = str(paid(client, visitor).payment_intent)
    client.v1.refunds.create({"payment_intent": intent, "amount": 1000})
    client.v1.refunds.create({"payment_intent": intent})

    events = [
        stripe.Webhook.construct_event(each.body, each.headers["Stripe-Signature"], sandbox.stripe_secret)
        for each in (sandbox.listener.wait_for("charge.refunded", times=times) for times in (1, 2))
    ]
    charges = [event.data.object for event in events]
    assert [(charge["amount_refunded"], charge["refunded"]) for charge in charges] == [(1000, False), (4300, True)]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": intent})
    assert refused.value.code == "charge_already_refunded"


def test_more_than_is_left_is_not_refunded(client: StripeClient, visitor: Visitor) -> None:
    intent = str(paid(client, visitor).payment_intent)

    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded") as refused:
        client.v1.refunds.create({"payment_intent": intent, "amount": 4301})
    assert refused.value.param == "amount"


def test_an_idempotency_key_does_a_thing_once(client: StripeClient, visitor: Visitor) -> None:
    intent = str(paid(client, visitor).payment_intent)
    first, second = (
        client.v1.refunds.create({"payment_intent": intent, "amount": 500}, {"idempotency_key": "refund-1"})
        for _ in range(2)
    )

    assert first.id == second.id
    assert second.last_response
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(client.v1.refunds.list({"payment_intent": intent}).data) == 1
    with pytest.raises(stripe.IdempotencyError):
        client.v1.refunds.create({"payment_intent": intent, "amount": 600}, {"idempotency_key": "refund-1"})


def test_a_refund_can_be_refused_or_fail_later(sandbox: Sandbox, client: StripeClient, visitor: Visitor) -> None:
    intent = str(paid(client, visitor).payment_intent)
    sandbox.hurry()
    sandbox.prepare(refund_refused=1, refund_fails=1)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": intent})
    assert refused.value.code == "balance_insufficient"

    refund = client.v1.refunds.create({"payment_intent": intent})
    failed = heard(sandbox, "refund.failed").data.object
    assert (failed["id"], failed["status"]) == (refund.id, "failed")
    assert failed["failure_reason"] == "lost_or_stolen_card"


def test_a_subscription_is_started_renewed_and_ended(sandbox: Sandbox, client: StripeClient, visitor: Visitor) -> None:
    session = paid(
        client, visitor, mode="subscription", line_items=[PLAN], subscription_data={"metadata": {"user": "7"}}
    )
    first = heard(sandbox, "invoice.paid").data.object
    assert first["billing_reason"] == "subscription_create"
    assert first["parent"]["subscription_details"]["metadata"]["user"] == "7"
    assert first["id"] == session.invoice

    name = str(session.subscription)
    visitor.press("/sandbox/", f"/sandbox/subscriptions/{name}/renew/", outcome="paid")
    renewed = sandbox.listener.wait_for("invoice.paid", times=2).json["data"]["object"]
    line = renewed["lines"]["data"][0]
    assert (renewed["billing_reason"], renewed["amount_paid"]) == ("subscription_cycle", 1900)
    assert line["period"]["start"] == first["lines"]["data"][0]["period"]["end"]

    assert client.v1.subscriptions.update(name, {"cancel_at_period_end": True}).cancel_at_period_end
    assert client.v1.subscriptions.cancel(name).status == "canceled"
    assert heard(sandbox, "customer.subscription.deleted").data.object["id"] == name


def test_a_dispute_has_a_deadline_and_an_end(sandbox: Sandbox, client: StripeClient, visitor: Visitor) -> None:
    session = paid(client, visitor)
    page = f"/sandbox/payments/{session.id}/"
    visitor.press(page, f"{page}dispute/", reason="product_not_received")
    opened = heard(sandbox, "charge.dispute.created").data.object
    assert (opened["reason"], opened["amount"]) == ("product_not_received", 4300)
    assert opened["evidence_details"]["due_by"] > opened["created"]

    visitor.press(page, f"/sandbox/disputes/{opened['id']}/close/", outcome="lost")
    closed = heard(sandbox, "charge.dispute.closed").data
    assert closed.previous_attributes
    assert (closed.previous_attributes["status"], closed.object["status"]) == ("needs_response", "lost")


def test_events_can_be_asked_for_again(sandbox: Sandbox, client: StripeClient, visitor: Visitor) -> None:
    sandbox.prepare(webhook_lost=99)
    session = paid(client, visitor)

    events = client.v1.events.list({"types": ["checkout.session.completed"], "limit": 3})
    assert [event.data.object["id"] for event in events.data] == [session.id]
    assert sandbox.listener.heard == []


def test_lists_are_walked_by_the_client_to_their_end(client: StripeClient) -> None:
    made = [asked_for(client).id for _ in range(5)]

    walked = client.v1.checkout.sessions.list({"limit": 2}).auto_paging_iter()
    assert [session.id for session in walked] == made[::-1]


def test_line_items_come_when_asked_for(client: StripeClient) -> None:
    session = asked_for(client)
    expanded = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["line_items.data.price.product"]})

    assert expanded.line_items
    (line,) = expanded.line_items.data
    assert (line.quantity, line.amount_total, line.description) == (2, 4300, "Framed print, 8″ × 10″")
    assert line.price
    assert isinstance(line.price.product, stripe.Product)
    assert line.price.product.metadata["variant"] == "17887"
    assert client.v1.checkout.sessions.line_items.list(session.id).data[0].id == line.id


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"line_items": []}, "line_items"),
        ({"expires_at": 1}, "expires_at"),
        ({"mode": "subscription"}, "line_items"),
        ({"line_items": [PRINT, {**PRINT, "price_data": {**PRINT["price_data"], "currency": "eur"}}]}, "line_items"),
        ({"sucess_url": "/"}, "sucess_url"),
    ],
)
def test_what_the_provider_would_refuse_is_refused(client: StripeClient, changes: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        asked_for(client, **changes)

    assert (refused.value.http_status, refused.value.param) == (400, param)


def test_a_wrong_key_and_an_unknown_id_are_told_apart(sandbox: Sandbox, client: StripeClient) -> None:
    with pytest.raises(stripe.AuthenticationError):
        asked_for(sandbox.stripe("sk_test_other"))
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.checkout.sessions.retrieve("cs_test_none")
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


def test_a_prepared_fault_strikes_as_often_as_was_said(sandbox: Sandbox, client: StripeClient) -> None:
    sandbox.prepare(checkout_down=1)

    with pytest.raises(stripe.APIError):
        asked_for(client)
    assert asked_for(client).status == "open"
