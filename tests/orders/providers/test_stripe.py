"""Payments through Stripe's own package, against an API on this machine that answers as Stripe's documentation does."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.conf import LazySettings

from apps.orders.models import Order
from apps.orders.operations import LineWish
from apps.orders.providers import stripe
from apps.orders.providers.errors import ProviderError
from tests.http_stand_in import Answer, StandIn
from tests.orders.factories import VariantFactory, open_order

pytestmark = pytest.mark.django_db

SESSION = {
    "id": "cs_1",
    "object": "checkout.session",
    "url": "https://checkout.stripe.com/c/cs_1",
    "expires_at": 1_795_000_000,
}


@pytest.fixture(autouse=True)
def _keys(settings: LazySettings, provider: StandIn) -> None:
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = "sk_test_1", provider.url


def create(order: Order) -> stripe.CheckoutSession:
    return stripe.create_checkout_session(order, success_url="https://shop/ok", cancel_url="https://shop/cart")


def test_a_session_is_asked_for_with_all_that_later_events_must_name(provider: StandIn) -> None:
    order = open_order(lines=[LineWish(VariantFactory.create(), 2)], shipping_minor=500)
    provider.answering(Answer(SESSION))

    session = create(order)

    assert session == ("cs_1", "https://checkout.stripe.com/c/cs_1", datetime.fromtimestamp(1_795_000_000, UTC))
    (asked,) = provider.asked
    assert (asked.method, asked.path) == ("POST", "/v1/checkout/sessions")
    assert asked.headers["Authorization"] == "Bearer sk_test_1"
    assert asked.headers["Idempotency-Key"] == f"checkout:{order.pk}"
    sent = asked.body
    assert sent["line_items[0][price_data][unit_amount]"] == "4300"
    assert sent["line_items[0][price_data][product_data][name]"] == "T-shirt – M / Black"
    assert (sent["line_items[0][quantity]"], sent["line_items[0][price_data][currency]"]) == ("2", "gbp")
    assert sent["metadata[order_id]"] == sent["payment_intent_data[metadata][order_id]"] == str(order.pk)
    assert sent["shipping_options[0][shipping_rate_data][fixed_amount][amount]"] == "500"
    assert (sent["mode"], sent["success_url"]) == ("payment", "https://shop/ok")


@pytest.mark.parametrize("amount", [None, 1_000])
def test_a_refund_is_asked_for_in_full_or_in_part(order: Order, provider: StandIn, amount: int | None) -> None:
    order.stripe_payment_intent_id = "pi_1"
    provider.answering(Answer({"id": "re_1", "object": "refund", "status": "pending"}))
    key = uuid4()

    assert stripe.refund(order, amount_minor=amount, key=key) == ("re_1", "pending", 0)

    (asked,) = provider.asked
    assert (asked.path, asked.headers["Idempotency-Key"]) == ("/v1/refunds", f"refund:{key}")
    assert asked.body.get("amount") == (str(amount) if amount else None)
    assert (asked.body["payment_intent"], asked.body["metadata[order_id]"]) == ("pi_1", str(order.pk))


def test_a_session_that_nobody_shall_pay_is_ended(provider: StandIn) -> None:
    provider.answering(Answer(SESSION))
    stripe.expire_checkout_session("cs_1")
    assert provider.asked[0].path == "/v1/checkout/sessions/cs_1/expire"


def _error(status: int, **error: str) -> Answer:
    return Answer({"error": {"message": "No such payment_intent", "type": "invalid_request_error", **error}}, status)


def test_a_no_is_permanent_and_says_why(order: Order, provider: StandIn) -> None:
    provider.answering(_error(404, code="resource_missing"))

    with pytest.raises(ProviderError, match="No such payment_intent") as refusal:
        stripe.refund(order, amount_minor=None, key="1")

    assert (refusal.value.permanent, refusal.value.code) == (True, "resource_missing")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_trouble_at_stripe_is_worth_another_try(order: Order, provider: StandIn, status: int) -> None:
    provider.answering(*[_error(status)] * 3)

    with pytest.raises(ProviderError) as refusal:
        stripe.refund(order, amount_minor=None, key="1")

    assert refusal.value.permanent is False


def test_a_short_trouble_is_not_noticed(order: Order, provider: StandIn) -> None:
    provider.answering(_error(503), Answer({"id": "re_1", "object": "refund", "status": "succeeded"}))

    assert stripe.refund(order, amount_minor=None, key="1").id == "re_1"
    assert provider.asked[0].headers["Idempotency-Key"] == provider.asked[1].headers["Idempotency-Key"]


def test_without_a_key_nobody_is_asked(order: Order, settings: LazySettings) -> None:
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(ProviderError, match="STRIPE_SECRET_KEY"):
        create(order)
