"""From the cart to the payment page and back: one order however often it is pressed, and nothing lost on the way."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from apps.accounts.models import User
from apps.generations.models import GenerationImage
from apps.orders import artwork, operations
from apps.orders.checkout_views import CHECKOUTS
from apps.orders.guest_links import order_path, token_of
from apps.orders.models import Cart, CartLine, Order, OrderLine, Variant
from apps.webhooks.models import DeliveryStatus
from tests.http_stand_in import Answer, StandIn
from tests.orders.deliveries import later, session, told_by_stripe
from tests.orders.factories import NOON
from tests.orders.wares import picture_of, poster

pytestmark = pytest.mark.django_db

BrowserOf = Callable[[User], Client]
PAYMENT_PAGE = "https://checkout.stripe.com/c/cs_1"
DOWN = Answer({"error": {"message": "down", "type": "api_error"}}, 400)


@pytest.fixture(autouse=True)
def stripe(settings: LazySettings) -> Iterator[StandIn]:
    with StandIn().running() as running:
        settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = "sk_test_1", running.url
        yield running


def page(number: int = 1) -> Answer:
    body = {"id": f"cs_{number}", "object": "checkout.session", "url": PAYMENT_PAGE, "expires_at": 1_795_000_000}
    return Answer(body)


def put_in(browser: Client, variant: Variant, **more: Any) -> None:
    browser.post(f"/shop/{variant.product_id}/", {"variant": variant.pk, "quantity": 1} | more)


def pay(browser: Client, total: int = 2600, **more: Any) -> Any:
    return browser.post("/cart/checkout/", {"seen_total": total} | more)


def warnings(browser: Client) -> str:
    return str(browser.get("/cart/").content.decode())


@pytest.fixture
def guest(client: Client) -> Client:
    """Someone who isn't signed in, with a poster in the cart."""
    put_in(client, poster())
    return client


def test_a_guest_goes_to_the_payment_page(guest: Client, stripe: StandIn) -> None:
    stripe.answering(page())

    answer = pay(guest, email="guest@example.com")

    assert (answer.status_code, answer["Location"]) == (302, PAYMENT_PAGE)
    order = Order.objects.get()
    assert (order.user, order.email, order.total_minor) == (None, "guest@example.com", 2600)
    assert (order.stripe_session_id, order.cart) == ("cs_1", Cart.objects.get())
    (asked,) = stripe.asked
    assert asked.body["success_url"] == f"http://testserver/orders/guest/{token_of(order.pk)}/"
    assert asked.body["cancel_url"] == "http://testserver/cart/"
    assert asked.body["shipping_address_collection[allowed_countries][0]"] == "GB"
    assert Cart.objects.get().email == "guest@example.com"


def test_whoever_goes_to_the_payment_page_is_busy_with_the_cart(guest: Client, stripe: StandIn) -> None:
    Cart.objects.update(updated_at=NOON)
    stripe.answering(page())

    pay(guest, email="guest@example.com")

    assert Cart.objects.get().updated_at > NOON


def test_a_guest_says_where_to_write(guest: Client) -> None:
    answer = pay(guest, email="nowhere")

    assert answer.status_code == 422
    assert not Order.objects.exists()


def test_a_persons_order_is_theirs(owner: User, browser_of: BrowserOf, stripe: StandIn) -> None:
    browser = browser_of(owner)
    put_in(browser, poster())
    stripe.answering(page())

    pay(browser)

    order = Order.objects.get()
    assert (order.user, order.email) == (owner, "owner@example.com")
    assert stripe.asked[0].body["success_url"] == f"http://testserver/orders/{order.pk}/"


def test_pressed_twice_it_is_one_order_and_one_page(guest: Client, stripe: StandIn) -> None:
    stripe.answering(page(), page())

    pay(guest, email="guest@example.com")
    pay(guest, email="guest@example.com")

    assert Order.objects.count() == 1
    assert len({asked.headers["Idempotency-Key"] for asked in stripe.asked}) == 1


def test_a_cart_that_changed_gets_a_new_order_and_closes_the_old_page(guest: Client, stripe: StandIn) -> None:
    stripe.answering(page(1), page(2), Answer({"id": "cs_1", "object": "checkout.session"}))
    pay(guest, email="guest@example.com")
    put_in(guest, poster("A2", price_minor=4000))

    pay(guest, 6600, email="guest@example.com")

    assert Order.objects.count() == 2
    assert stripe.asked[-1].path == "/v1/checkout/sessions/cs_1/expire"


def test_a_price_that_rose_is_shown_before_anyone_pays(guest: Client, stripe: StandIn) -> None:
    Variant.objects.update(price_minor=3000)

    pay(guest, email="guest@example.com")

    assert "Something has changed" in warnings(guest)
    assert not Order.objects.exists()
    assert not stripe.asked


def test_what_is_sold_out_is_said_and_not_ordered(guest: Client) -> None:
    Variant.objects.update(is_available=False)

    pay(guest, email="guest@example.com")

    assert "No longer available" in warnings(guest)
    assert not Order.objects.exists()


def test_an_empty_cart_is_no_order(client: Client) -> None:
    assert pay(client, 0, email="guest@example.com")["Location"] == "/cart/"
    assert not Order.objects.exists()


def test_a_provider_that_is_down_costs_nothing(guest: Client, stripe: StandIn) -> None:
    stripe.answering(DOWN, page())

    pay(guest, email="guest@example.com")
    assert "can’t be opened at the moment" in warnings(guest)
    assert CartLine.objects.count() == 1

    assert pay(guest, email="guest@example.com")["Location"] == PAYMENT_PAGE
    assert Order.objects.count() == 1


def test_a_payment_page_outside_the_web_is_not_gone_to(guest: Client, stripe: StandIn) -> None:
    stripe.answering(Answer(page().body | {"url": "javascript:alert(1)"}))

    assert pay(guest, email="guest@example.com")["Location"] == "/cart/"


def test_who_presses_too_often_has_to_wait(guest: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.orders.checkout_views.CHECKOUTS", CHECKOUTS._replace(times=0))

    pay(guest, email="guest@example.com")

    assert "That was often" in warnings(guest)
    assert not Order.objects.exists()


def test_paid_is_said_only_once_the_provider_has_told(guest: Client, stripe: StandIn) -> None:
    stripe.answering(page())
    pay(guest, email="guest@example.com")
    order = Order.objects.get()

    waiting = guest.get(order_path(order)).content.decode()
    assert "waiting for the payment provider" in waiting
    assert "Thank you" not in waiting
    assert guest.session["cart_count"] == 1

    assert told_by_stripe("checkout.session.completed", session(order)) == DeliveryStatus.PROCESSED
    fragment = guest.get(order_path(order), headers={"HX-Request": "true", "HX-Target": "order"})
    assert fragment["HX-Refresh"] == "true"
    paid = guest.get(order_path(order)).content.decode()
    assert "Thank you. News of it goes to payer@example.com." in paid
    assert "Ada Payer" in paid
    assert guest.session["cart_count"] == 0


class TestArtwork:
    @pytest.fixture
    def image(self, owner: User) -> GenerationImage:
        return picture_of(owner)

    @pytest.fixture
    def buyer(self, owner: User, browser_of: BrowserOf, image: GenerationImage) -> Client:
        browser = browser_of(owner)
        put_in(browser, poster(), image=image.pk)
        return browser

    def test_what_is_printed_is_kept_with_the_order(
        self, buyer: Client, image: GenerationImage, stripe: StandIn
    ) -> None:
        stripe.answering(page(), page())
        original = Path(image.file.path).read_bytes()

        pay(buyer)
        image.file.storage.delete(str(image.file))
        pay(buyer)

        assert Path(OrderLine.objects.get().artwork.path).read_bytes() == original

    def test_a_picture_that_went_is_not_ordered(self, buyer: Client, image: GenerationImage, stripe: StandIn) -> None:
        image.file.storage.delete(str(image.file))

        pay(buyer)

        assert "no longer kept" in warnings(buyer)
        assert not stripe.asked

    def test_it_goes_when_the_order_is_never_paid(self, buyer: Client, stripe: StandIn, settings: LazySettings) -> None:
        stripe.answering(page())
        pay(buyer)
        operations.record_expiry(Order.objects.get().pk, at=NOON)

        assert artwork.discard_unpaid(ended_before=NOON) == 0
        assert artwork.discard_unpaid(ended_before=later(1)) == 1
        assert not [path for path in (Path(settings.MEDIA_ROOT) / "artwork").rglob("*") if path.is_file()]
        assert not OrderLine.objects.exclude(artwork="")
