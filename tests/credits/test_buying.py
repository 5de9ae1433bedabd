"""Credits by the pack and plans by subscription: to the payment page, and what its webhooks bring."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from apps.accounts.models import Plan, User
from apps.credits import ledger
from apps.credits.buying_views import PURCHASES
from apps.webhooks.models import DeliveryStatus
from tests.credits import billing
from tests.factories import on_plan
from tests.http_stand_in import Answer, StandIn
from tests.orders.deliveries import told_by_stripe

pytestmark = pytest.mark.django_db

BrowserOf = Callable[[User], Client]
PAGE = Answer({"id": "cs_1", "object": "checkout.session", "url": "https://checkout.stripe.com/c/cs_1"})


@pytest.fixture(autouse=True)
def stripe(settings: LazySettings) -> Iterator[StandIn]:
    with StandIn().running() as running:
        settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = "sk_test_1", running.url
        yield running


@pytest.fixture
def browser(owner: User, browser_of: BrowserOf) -> Client:
    return browser_of(on_plan(owner))


def paid_pack(person: User, **changes: Any) -> dict[str, Any]:
    """The payment page of a pack of 500, paid."""
    metadata = {"user": str(person.public_id), "credits": "500"}
    return {"id": "cs_1", "object": "checkout.session", "payment_status": "paid", "metadata": metadata} | changes


def test_a_pack_leads_to_its_payment_page(browser: Client, owner: User, stripe: StandIn) -> None:
    stripe.answering(PAGE)

    answer = browser.post("/credits/packs/medium/buy/", {"key": "k1"})

    assert answer["Location"] == "https://checkout.stripe.com/c/cs_1"
    (asked,) = stripe.asked
    assert asked.body["line_items[0][price_data][unit_amount]"] == "2000"
    assert asked.body["metadata[user]"] == asked.body["payment_intent_data[metadata][user]"] == str(owner.public_id)
    assert asked.body["metadata[credits]"] == "500"
    assert asked.body["success_url"] == "http://testserver/credits/bought/?session={CHECKOUT_SESSION_ID}"
    assert asked.headers["Idempotency-Key"] == f"pack:{owner.public_id}:medium:k1"


def test_the_buttons_say_what_they_cost(browser: Client) -> None:
    assert "Buy for £20.00" in browser.get("/credits/").content.decode()
    assert "Subscribe for £15.00 a month" in browser.get("/credits/plan/").content.decode()


def test_a_plan_is_subscribed_to_at_its_price(browser: Client, stripe: StandIn) -> None:
    stripe.answering(Answer({"id": "price_1", "object": "price"}), PAGE)

    browser.post("/credits/plan/pro/subscribe/", {"key": "k1"})

    price, session = stripe.asked
    assert (price.path, price.body["unit_amount"]) == ("/v1/prices", "1500")
    assert (session.body["mode"], session.body["line_items[0][price]"]) == ("subscription", "price_1")
    assert "subscription_data[metadata][user]" in session.body
    assert Plan.objects.get(slug="pro").provider_price_id == "price_1"


def test_a_price_is_made_once(browser: Client, stripe: StandIn) -> None:
    Plan.objects.filter(slug="pro").update(provider_price_id="price_pro")
    stripe.answering(PAGE)

    browser.post("/credits/plan/pro/subscribe/", {"key": "k1"})

    assert [asked.path for asked in stripe.asked] == ["/v1/checkout/sessions"]


@pytest.mark.parametrize("path", ["packs/huge/buy/", "plan/gold/subscribe/"])
def test_what_is_not_sold_does_not_exist(browser: Client, path: str) -> None:
    assert browser.post(f"/credits/{path}", {"key": "k1"}).status_code == 404


def test_a_plan_that_is_free_or_ones_own_is_not_sold(browser: Client, stripe: StandIn) -> None:
    assert browser.post("/credits/plan/free/subscribe/", {"key": "k1"})["Location"] == "/credits/plan/"
    assert not stripe.asked


def test_a_provider_that_is_down_charges_nothing_and_says_so(browser: Client, stripe: StandIn) -> None:
    stripe.answering(Answer({"error": {"message": "down"}}, 400))

    shown = browser.post("/credits/packs/small/buy/", {"key": "k1"}, follow=True).content.decode()

    assert "Nothing was charged" in shown


def test_who_presses_too_often_has_to_wait(browser: Client, monkeypatch: pytest.MonkeyPatch, stripe: StandIn) -> None:
    monkeypatch.setattr("apps.credits.buying_views.PURCHASES", PURCHASES._replace(times=0))

    browser.post("/credits/packs/small/buy/", {"key": "k1"})

    assert not stripe.asked


def test_paid_credits_come_once_however_often_it_is_told(browser: Client, owner: User) -> None:
    before = ledger.balance_of(owner.pk)
    waiting = browser.get("/credits/bought/?session=cs_1").content.decode()
    assert "Waiting for the payment" in waiting

    for number in (1, 2):
        told = told_by_stripe("checkout.session.completed", paid_pack(owner), id=f"evt_{number}")
        assert told == DeliveryStatus.PROCESSED

    assert ledger.balance_of(owner.pk) == before + 500
    shown = browser.get("/credits/bought/?session=cs_1", headers={"HX-Request": "true", "HX-Target": "bought"})
    assert "500 credits added" in shown.content.decode()
    assert "<html" not in shown.content.decode()


def test_a_payment_that_takes_days_brings_credits_when_it_has_come(owner: User) -> None:
    told_by_stripe("checkout.session.completed", paid_pack(owner, payment_status="unpaid"))
    assert ledger.balance_of(owner.pk) == 0

    told_by_stripe("checkout.session.async_payment_succeeded", paid_pack(owner))
    assert ledger.balance_of(owner.pk) == 500


def test_another_persons_payment_is_not_shown(stranger: User, owner: User, browser_of: BrowserOf) -> None:
    told_by_stripe("checkout.session.completed", paid_pack(owner))

    assert "Waiting" in browser_of(stranger).get("/credits/bought/?session=cs_1").content.decode()


def test_a_refunded_pack_is_left_to_a_person(owner: User) -> None:
    charge = {"id": "ch_1", "object": "charge", "metadata": paid_pack(owner)["metadata"], "amount_refunded": 2000}

    assert told_by_stripe("charge.refunded", charge) == DeliveryStatus.FAILED


def test_a_plan_holds_once_its_payment_was_told(browser: Client, owner: User) -> None:
    Plan.objects.filter(slug="pro").update(provider_price_id="price_pro")
    assert "Waiting for the payment" in browser.get("/credits/subscribed/").content.decode()

    told_by_stripe("invoice.paid", billing.invoice(owner))

    assert "You are on Pro now" in browser.get("/credits/subscribed/").content.decode()
    assert "Subscribe for" not in browser.get("/credits/plan/").content.decode()
