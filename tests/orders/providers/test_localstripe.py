"""Our own calls of Stripe against ``localstripe``, which nobody here wrote: it knows payments, and remembers them.

What it shows: refunds in full and in part, with what goes along; how its refusals reach us; and that we accept
its signatures. What it doesn't know, so that the sandbox and the documentation's own answers have to do: checkout
sessions and prices, idempotency keys, more refunded than was paid, disputes, and the events that tell of refunds.
"""

from collections.abc import Callable, Iterator

import pytest
import requests
from django.conf import LazySettings
from django.test import Client

from apps.credits import checkout
from apps.credits.packs import PACKS
from apps.orders.models import Order
from apps.orders.providers import stripe
from apps.orders.providers.errors import ProviderError
from apps.webhooks.models import WebhookDelivery
from tests import running
from tests.factories import UserFactory
from tests.http_stand_in import Answer, Asked, StandIn
from tests.orders.factories import open_order
from tests.orders.providers.localstripe_server import KEY, LocalStripe, is_possible, running_localstripe

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not is_possible(), reason="localstripe needs an IPv6 loopback"),
]


@pytest.fixture(scope="module")
def localstripe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStripe]:
    with running_localstripe(tmp_path_factory.mktemp("localstripe")) as server:
        yield server


@pytest.fixture(autouse=True)
def _ours(settings: LazySettings, localstripe: LocalStripe) -> None:
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = KEY, localstripe.url


def paid_there(localstripe: LocalStripe) -> Order:
    """An order of £43.00 that was paid at localstripe."""
    order = open_order()
    order.stripe_payment_intent_id = localstripe.payment(order.total_minor).id
    return order


def test_refunds_in_part_and_in_full_are_made_and_carry_the_order(localstripe: LocalStripe) -> None:
    order = paid_there(localstripe)

    asked = [stripe.refund(order, amount_minor=amount, key=str(amount)) for amount in (1_000, None)]

    made = localstripe.client.v1.refunds.list({"payment_intent": order.stripe_payment_intent_id}).data
    assert {(each.id, "succeeded") for each in made} == {(each.id, each.status) for each in asked}
    assert sorted(each.amount for each in made) == [1_000, 4_300]
    assert {each.metadata["order_id"] for each in made if each.metadata} == {str(order.pk)}


def never_paid(localstripe: LocalStripe) -> str:
    return localstripe.client.v1.payment_intents.create({"amount": 4_300, "currency": "gbp"}).id


def unknown(localstripe: LocalStripe) -> str:
    return "pi_unknown"


@pytest.mark.parametrize("payment", [never_paid, unknown])
def test_what_cannot_be_refunded_is_refused_for_good(
    payment: Callable[[LocalStripe], str], localstripe: LocalStripe
) -> None:
    order = open_order()
    order.stripe_payment_intent_id = payment(localstripe)

    with pytest.raises(ProviderError) as refusal:
        stripe.refund(order, amount_minor=None, key="1")

    assert refusal.value.permanent


def test_a_key_that_is_none_is_refused_for_good(settings: LazySettings, localstripe: LocalStripe) -> None:
    settings.STRIPE_SECRET_KEY = "nonsense"

    with pytest.raises(ProviderError, match="Unauthorized") as refusal:
        stripe.refund(paid_there(localstripe), amount_minor=None, key="1")

    assert refusal.value.permanent


def test_its_signatures_are_accepted_and_its_messages_stored(
    settings: LazySettings, localstripe: LocalStripe, provider: StandIn, client: Client
) -> None:
    settings.STRIPE_WEBHOOK_SECRET = "secret of localstripe"
    provider.answering(*[Answer()] * 9)
    told = {"url": provider.url, "secret": settings.STRIPE_WEBHOOK_SECRET, "events": ["payment_intent.succeeded"]}
    requests.post(f"{localstripe.url}/_config/webhooks/ours", json=told, timeout=10).raise_for_status()

    payment = localstripe.payment(4_300)
    running.wait_until(lambda: told_of(provider, payment.id), "localstripe tells of the payment")
    asked = told_of(provider, payment.id)[0]
    headers = {"Stripe-Signature": asked.headers["Stripe-Signature"]}
    taken = client.post("/webhooks/stripe/", asked.raw, content_type="application/json", headers=headers)
    forged = client.post("/webhooks/stripe/", asked.raw + b" ", content_type="application/json", headers=headers)

    assert (taken.status_code, forged.status_code) == (200, 400)
    delivery = WebhookDelivery.objects.get()
    assert delivery.event_type == "payment_intent.succeeded"
    assert delivery.message()["data"]["object"]["id"] == payment.id


def told_of(provider: StandIn, payment_id: str) -> list[Asked]:
    """Its messages come a second late, so those of earlier tests come too."""
    return [asked for asked in provider.asked if asked.body["data"]["object"]["id"] == payment_id]


def test_checkout_sessions_are_beyond_it(localstripe: LocalStripe) -> None:
    """Should this ever fail, buying can be tested here too."""
    addresses = checkout.Addresses("https://shop/ok", "https://shop/no")

    with pytest.raises(ProviderError):
        stripe.create_checkout_session(open_order(), success_url="https://shop/ok", cancel_url="https://shop/cart")
    with pytest.raises(ProviderError):
        checkout.begin_pack_checkout(user=UserFactory.create(), pack=PACKS[0], key="1", addresses=addresses)
